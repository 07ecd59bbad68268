package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who goes first, without threads. */
final class FairQueueTest {
    @Test
    void serve_tenantsOfDifferentWeight_shareByRows() {
        var queue = new FairQueue(Map.of("b", 3.0));
        for (int i = 0; i < 400; i++) {
            queue.add(ticket("a", Priority.NORMAL, 1));
            queue.add(ticket("b", Priority.NORMAL, 2));
        }
        Map<String, Integer> rows = new HashMap<>();
        for (int served = 0; served < 400; ) {
            Ticket next = next(queue, Priority.NORMAL);
            queue.serve(next);
            served += next.ask().rows();
            rows.merge(next.ask().tenant(), next.ask().rows(), Integer::sum);
        }
        assertThat(rows.get("a")).isBetween(97, 103);
        assertThat(rows.get("b")).isBetween(297, 303);
    }

    @Test
    void serve_tenantThatComesBack_earnedNothingByIdling() {
        var queue = new FairQueue(Map.of());
        for (int i = 0; i < 100; i++) {
            queue.add(ticket("busy", Priority.NORMAL, 1));
        }
        for (int i = 0; i < 50; i++) {
            queue.serve(next(queue, Priority.NORMAL));
        }
        for (int i = 0; i < 100; i++) {
            queue.add(ticket("back", Priority.NORMAL, 1));
        }
        int back = 0;
        for (int i = 0; i < 20; i++) {
            Ticket next = next(queue, Priority.NORMAL);
            queue.serve(next);
            back += next.ask().tenant().equals("back") ? 1 : 0;
        }
        assertThat(back).isBetween(9, 11);
    }

    @Test
    void add_manyTenants_keepsFewOfThem() {
        var queue = new FairQueue(Map.of());
        for (int i = 0; i < 10_000; i++) {
            queue.add(ticket("tenant-" + i, Priority.NORMAL, 1));
        }
        assertThat(queue.tenants()).isLessThanOrEqualTo(65);
        while (queue.tickets() > 0) {
            queue.serve(next(queue, Priority.NORMAL));
        }
        for (int i = 0; i < 10_000; i++) {
            Ticket ticket = ticket("later-" + i, Priority.LOW, 1);
            queue.add(ticket);
            queue.remove(ticket);
        }
        assertThat(queue.tenants()).isLessThanOrEqualTo(65);
        assertThat(queue.rows()).isZero();
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void victim_whenTenantsWithoutAPlaceOfTheirOwnAreTheMost_isOneOfThem() {
        var queue = new FairQueue(Map.of());
        for (int i = 0; i < 64; i++) {
            queue.add(ticket("tenant-" + i, Priority.NORMAL, 1));
        }
        for (int i = 0; i < 10; i++) {
            queue.add(ticket("other-" + i, Priority.NORMAL, 1));
        }
        assertThat(queue.victim(ticket("other-10", Priority.NORMAL, 1).ask())).isNull();
        assertThat(queue.victim(ticket("tenant-3", Priority.NORMAL, 1).ask()))
                .isNotNull()
                .satisfies(victim -> assertThat(victim.ask().tenant()).isEqualTo("other-9"));
        assertThat(queue.rowsBefore(ticket("other-10", Priority.NORMAL, 1).ask()))
                .isEqualTo(64 + 10);
    }

    @Test
    void tenantsWithAWeight_haveAPlaceOfTheirOwnHoweverManyOthersThereAre() {
        var queue = new FairQueue(Map.of("gold", 3.0, "", 1.0));
        for (int i = 0; i < 100; i++) {
            queue.add(ticket("tenant-" + i, Priority.NORMAL, 1));
        }
        assertThat(queue.rowsBefore(ticket("gold", Priority.NORMAL, 3).ask())).isEqualTo(64 + 1);
        for (int i = 0; i < 300; i++) {
            queue.add(ticket("gold", Priority.NORMAL, 1));
            queue.add(ticket("tenant-3", Priority.NORMAL, 1));
        }
        assertThat(queue.victim(ticket("gold", Priority.NORMAL, 1).ask()))
                .isNotNull()
                .satisfies(victim -> assertThat(victim.ask().tenant()).isEqualTo("tenant-3"));
        Map<String, Integer> rows = new HashMap<>();
        for (int served = 0; served < 300; served++) {
            Ticket next = next(queue, Priority.NORMAL);
            queue.serve(next);
            rows.merge(next.ask().tenant(), 1, Integer::sum);
        }
        assertThat(rows.get("gold")).isBetween(145, 155);
        assertThat(rows.get("tenant-3")).isBetween(45, 55);
    }

    @Test
    void victim_isOfTheLowestPriorityAndOfWhoWaitsMost() {
        var queue = new FairQueue(Map.of());
        Ticket low = ticket("quiet", Priority.LOW, 1);
        queue.add(low);
        for (int i = 0; i < 5; i++) {
            queue.add(ticket("noisy", Priority.NORMAL, 1));
        }
        assertThat(queue.victim(ticket("quiet", Priority.NORMAL, 1).ask())).isSameAs(low);
        queue.remove(low);
        assertThat(queue.victim(ticket("quiet", Priority.NORMAL, 1).ask())).isNotNull();
        assertThat(queue.victim(ticket("noisy", Priority.NORMAL, 1).ask())).isNull();
        assertThat(queue.victim(ticket("quiet", Priority.LOW, 1).ask())).isNull();
        assertThat(queue.victim(ticket("noisy", Priority.HIGH, 1).ask())).isNotNull();
    }

    @Test
    void rowsBefore_countWhatIsServedEarlier() {
        var queue = new FairQueue(Map.of());
        for (int i = 0; i < 100; i++) {
            queue.add(ticket("noisy", Priority.NORMAL, 1));
        }
        queue.add(ticket("x", Priority.HIGH, 7));
        queue.add(ticket("x", Priority.LOW, 50));
        assertThat(queue.rowsBefore(ticket("noisy", Priority.NORMAL, 1).ask())).isEqualTo(107);
        assertThat(queue.rowsBefore(ticket("quiet", Priority.NORMAL, 3).ask())).isEqualTo(10);
        assertThat(queue.rowsBefore(ticket("quiet", Priority.HIGH, 3).ask())).isEqualTo(3);
    }

    @Test
    void costModel_ofALine_findsIt() {
        var cost = new CostModel();
        for (int i = 0; i < 60; i++) {
            int rows = 1 + i % 32;
            cost.record(rows, 1_000 * rows + 5_000);
        }
        assertThat(cost.nanos(10)).isBetween(14_990L, 15_010L);
        assertThat(cost.rowsWithin(25_500)).isEqualTo(20);
        assertThat(cost.rowsWithin(4_000)).isZero();
        assertThat(cost.rowsWithin(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        for (int i = 0; i < 50; i++) {
            cost.record(4, 8_000);
        }
        assertThat(cost.nanos(4)).isBetween(7_999L, 8_001L);
    }

    @Test
    void standingQueue_shedsOnlyAfterAnIntervalAboveTheTarget() {
        var queue = new StandingQueue(new Overload.Codel(Duration.ofNanos(5), Duration.ofNanos(100)));
        assertThat(queue.sheds(50, 0, 1)).isFalse();
        assertThat(queue.sheds(50, 99, 1)).isFalse();
        assertThat(queue.sheds(50, 101, 1)).isTrue();
        assertThat(queue.sheds(9, 102, 1)).isFalse();
        assertThat(queue.sheds(11, 103, 1)).isTrue();
        assertThat(queue.sheds(4, 104, 1)).isFalse();
        assertThat(queue.sheds(50, 105, 1)).isFalse();
        assertThat(queue.sheds(50, 202, 100)).isFalse();
    }

    @Test
    void gradient_fallsToOneWhenRunsSlowEachOtherDownAndRisesWhenTheyDoNot() {
        var gradient = new Gradient(16);
        for (int i = 0; i < 200; i++) {
            gradient.learn(1_000, 16);
        }
        int limit = 16;
        int least = 16;
        for (int i = 0; i < 150; i++) {
            limit = gradient.learn(1_000_000.0 * (1 + i), limit);
            least = Math.min(least, limit);
        }
        assertThat(least).isEqualTo(1);
        for (int i = 0; i < 5_000; i++) {
            limit = gradient.learn(1_000, limit);
        }
        assertThat(limit).isEqualTo(16);
    }

    private static Ticket next(FairQueue queue, Priority lane) {
        return requireNonNull(queue.next(lane, null, 0));
    }

    static Ticket ticket(String tenant, Priority priority, int rows) {
        Request request = Request.of(Map.of()).tenant(tenant).priority(priority);
        return new Ticket(Ask.of(request, new Rows(rows, 4L * rows, List.of()))) {
            @Override
            void settled(Map<String, Value> outputs, @Nullable Throwable failure) {}
        };
    }
}
