package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.BadNews.Leaver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
        assertThat(entrance.drain(System.nanoTime())).isZero();
        add("a", Priority.LOW);
        add("b", Priority.HIGH);
        add("b", Priority.HIGH);
        assertThat(entrance.drain(System.nanoTime()))
                .isBetween(1_149L, 1_151L); // three rows in two runs on two instances
    }

    @Test
    void drain_isKnownFromTheFirstRunOnThoughNobodyIsRefusedForIt() {
        Ticket first = add("a", Priority.LOW);
        add("b", Priority.HIGH);
        long now = System.nanoTime();
        assertThat(entrance.drain(now)).isEqualTo(first.ask().waited(now));
        cost.record(1, 600_000_000_000L);
        assertThat(entrance.drain(now)).isEqualTo(600_000_000_000L); // two rows on two instances
        assertThat(refusal(Duration.ofSeconds(100))).isNull();
    }

    @Test
    void refusal_ofWhoWouldMakeAFullBatchSmaller_isHopeless() {
        for (int i = 0; i < 8; i++) {
            cost.record(1 + i % 2, (1_000 + 100L * (1 + i % 2)) * 1_000_000_000);
        }
        add("a", Priority.NORMAL);
        add("a", Priority.NORMAL);
        // 600 s until those before it have begun on two instances, 600 s until one is free, 1,200 s for a full batch
        assertThat(refusal(Duration.ofSeconds(2_300))).isEqualTo(Shed.HOPELESS);
        assertThat(refusal(Duration.ofSeconds(2_500))).isNull();
    }

    private @Nullable Shed refusal(Duration time) {
        Request request = Request.of(Map.of()).tenant("a").within(time);
        try (var threads = new ServerThreads()) {
            var model = new SummingModel();
            var chosen = new Dispatching.Chosen(
                    new DirectDispatcher(model, threads.deadlines(), threads.workers()),
                    Batchability.UNASKED,
                    QueueMeters.NONE,
                    CacheMeters.NONE);
            VersionId version = ModelName.of("asked").version(1);
            var served = new Served(
                    version,
                    model,
                    chosen,
                    VersionMeters.of(null, version, "fake", QueueMeters.NONE, CacheMeters.NONE),
                    null);
            Ask newcomer = Ask.of(new Call(served, request, System.nanoTime()), Map.of(), new Rows(1, 4, List.of()));
            return entrance.refusal(newcomer, System.nanoTime(), new ArrayList<>());
        }
    }

    private Ticket add(String tenant, Priority priority) {
        Ticket ticket = FairQueueTest.ticket(tenant, priority, 1);
        queue.add(ticket);
        return ticket;
    }
}
