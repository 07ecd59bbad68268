package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.serving.BadNews.Leaver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who enters a full queue, and who gives way; without threads. */
final class EntranceTest {
    private final FairQueue queue = new FairQueue(Map.of());
    private final CostModel cost = new CostModel();
    private final Entrance entrance = new Entrance(Overload.standard().queueRows(4), 2, new Instances(2), queue, cost);

    @Test
    void refusal_ofWhatWouldNotFitEvenThen_takesNobodysPlace() {
        Ticket first = add("a", Priority.LOW);
        Ticket second = add("a", Priority.LOW);
        add("a", Priority.HIGH);
        add("a", Priority.HIGH);
        List<Leaver> leavers = new ArrayList<>();
        Ask wide = FairQueueTest.ticket("b", Priority.NORMAL, 3).ask();
        assertThat(entrance.refusal(wide, System.nanoTime(), leavers)).isEqualTo(Shed.FULL);
        assertThat(leavers).isEmpty();
        assertThat(queue.rows()).isEqualTo(4);
        assertThat(queue.next(Priority.LOW, null, 0)).isSameAs(first);
        queue.remove(first);
        assertThat(queue.next(Priority.LOW, null, 0)).isSameAs(second);
    }

    @Test
    void refusal_ofAHigherPriority_isNoneAndTheNewestOfTheLowestGivesWay() {
        add("a", Priority.LOW);
        Ticket newest = add("a", Priority.LOW);
        add("a", Priority.NORMAL);
        add("a", Priority.NORMAL);
        List<Leaver> leavers = new ArrayList<>();
        Ask high = FairQueueTest.ticket("a", Priority.HIGH, 1).ask();
        assertThat(entrance.refusal(high, System.nanoTime(), leavers)).isNull();
        assertThat(leavers).containsExactly(new Leaver(newest, Shed.DISPLACED));
    }

    @Test
    void refusal_ofAnything_isNoneWhenNobodyWaits() {
        Ask vast = FairQueueTest.ticket("a", Priority.LOW, 1_000_000).ask();
        assertThat(entrance.refusal(vast, System.nanoTime(), new ArrayList<>())).isNull();
        add("a", Priority.LOW);
        assertThat(entrance.refusal(vast, System.nanoTime(), new ArrayList<>())).isEqualTo(Shed.FULL);
    }

    @Test
    void drain_isInFullBatchesOnAllInstances() {
        for (int i = 0; i < 8; i++) {
            cost.record(1 + i % 2, 100L * (1 + i % 2) + 1_000);
        }
        assertThat(entrance.drain()).isZero();
        add("a", Priority.LOW);
        add("b", Priority.HIGH);
        add("b", Priority.HIGH);
        assertThat(entrance.drain()).isBetween(1_149L, 1_151L); // three rows in two runs on two instances
    }

    private Ticket add(String tenant, Priority priority) {
        Ticket ticket = FairQueueTest.ticket(tenant, priority, 1);
        queue.add(ticket);
        return ticket;
    }
}
