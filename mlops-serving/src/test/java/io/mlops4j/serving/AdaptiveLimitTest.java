package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many runs may be under way follows how long they take; without threads, and in times that are told. */
final class AdaptiveLimitTest {
    private static final VersionId VERSION = ModelName.of("adaptive").version(1);
    private static final int MOST = 8;

    private final Instances instances = new Instances(MOST);
    private final Deadlines deadlines = new Deadlines();

    @AfterEach
    void close() {
        deadlines.close();
    }

    private WaitingRoom room(Overload options) {
        return new WaitingRoom(VERSION, options, 1, instances, deadlines, QueueMeters.NONE, Runnable::run);
    }

    /** All instances are busy, and each run takes as long. */
    private static void learn(WaitingRoom room, int runs, long millis) {
        for (int i = 0; i < runs; i++) {
            room.learn(1, TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }

    private void takeAll() {
        for (int i = 0; i < MOST; i++) {
            assertThat(instances.tryEnter()).isTrue();
        }
    }

    @Test
    void runsThatTakeLonger_lowerTheLimitAndShorterOnesRaiseIt() {
        WaitingRoom room = room(Overload.standard().adaptiveInstances(MOST));
        takeAll();
        learn(room, 50, 1);
        assertThat(instances.limit()).as("as ever").isEqualTo(MOST);
        learn(room, 60, 20);
        assertThat(instances.limit()).as("twenty times as long").isLessThanOrEqualTo(2);
        learn(room, 200, 1);
        assertThat(instances.limit()).as("as before").isEqualTo(MOST);
    }

    @Test
    void runsThatTakeLonger_leaveAFixedNumberAlone() {
        WaitingRoom room = room(Overload.standard().instances(MOST));
        takeAll();
        learn(room, 50, 1);
        learn(room, 60, 20);
        assertThat(instances.limit()).isEqualTo(MOST);
    }

    @Test
    void instanceThatIsOneTooMany_getsNothingToRunThoughSomebodyWaits() {
        WaitingRoom room = room(Overload.standard().adaptiveInstances(MOST));
        takeAll();
        learn(room, 50, 1);
        learn(room, 60, 20);
        Ticket waiting = FairQueueTest.ticket("a", Priority.NORMAL, 1);
        room.enter(waiting.ask(), List.of(waiting));
        while (instances.busy() > instances.limit()) {
            assertThat(room.next(null)).as("%d busy", instances.busy()).isNull();
            assertThat(room.isEmpty()).isFalse();
            assertThat(instances.tryEnter()).isFalse();
            instances.leave();
        }
        assertThat(requireNonNull(room.next(null)).members()).containsExactly(waiting);
        assertThat(room.isEmpty()).isTrue();
    }
}
