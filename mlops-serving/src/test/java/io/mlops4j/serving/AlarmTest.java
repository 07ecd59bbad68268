package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The one alarm of a queue. */
@Timeout(20)
final class AlarmTest {
    private static final long MILLI = 1_000_000;

    private final AtomicInteger rings = new AtomicInteger();

    @Test
    void rang_afterItWasSetAnew_leavesOneAlarm() throws Exception {
        try (var deadlines = new Deadlines()) {
            var alarm = new Alarm(deadlines, rings::incrementAndGet);
            long now = System.nanoTime();
            alarm.watch(now + 50 * MILLI, now);
            alarm.rang(60 * MILLI, now); // an earlier ring was still on the way
            alarm.rang(70 * MILLI, now);
            awaitMillis(deadlines, 150);
            assertThat(rings).hasValue(1);
        }
    }

    @Test
    void watch_earlierTime_ringsThenAndLaterTimesRideAlong() throws Exception {
        try (var deadlines = new Deadlines()) {
            var alarm = new Alarm(deadlines, rings::incrementAndGet);
            long now = System.nanoTime();
            alarm.watch(now + 600_000 * MILLI, now);
            alarm.watch(now + 20 * MILLI, now);
            alarm.watch(now + 40 * MILLI, now);
            awaitMillis(deadlines, 100);
            assertThat(rings).hasValue(1);
        }
    }

    @Test
    void watch_ofAClosedServer_isNotHeard() {
        var deadlines = new Deadlines();
        var alarm = new Alarm(deadlines, rings::incrementAndGet);
        deadlines.close();
        alarm.watch(System.nanoTime(), System.nanoTime());
        alarm.cancel();
        assertThat(rings).hasValue(0);
    }

    /** The deadlines have one thread, so what was due before has been done then. */
    private static void awaitMillis(Deadlines deadlines, long millis) throws InterruptedException {
        var done = new CountDownLatch(1);
        var unused = deadlines.after(millis * MILLI, done::countDown);
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
