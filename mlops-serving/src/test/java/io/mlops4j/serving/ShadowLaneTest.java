package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A shadow takes no more than its part of one core, on a thread that everybody else goes before, and nobody waits for it. */
@Timeout(30)
final class ShadowLaneTest {
    private final AtomicLong now = new AtomicLong();
    private final AtomicLong rested = new AtomicLong();
    private final AtomicInteger dropped = new AtomicInteger();
    private final Deadlines deadlines = new Deadlines();

    @AfterEach
    void close() {
        deadlines.close();
    }

    /** A copy that has all the time it wants. */
    private static ShadowLane.Copy copy(Runnable work) {
        return new Hanging(Duration.ofDays(1), signal -> work.run(), new AtomicInteger());
    }

    /** A copy that has so much time. */
    private record Hanging(Duration time, Consumer<StopSignal> work, AtomicInteger overdues)
            implements ShadowLane.Copy {
        @Override
        public long limit() {
            return time.toNanos();
        }

        @Override
        public void run(StopSignal signal) {
            work.accept(signal);
        }

        @Override
        public void overdue() {
            overdues.incrementAndGet();
        }
    }

    /** A lane whose thread wakes up half-way through each rest for nothing. */
    private ShadowLane lane(double part, int queue) {
        return new ShadowLane(new CpuBudget(part), queue, deadlines, dropped::incrementAndGet, now::get, nanos -> {
            long slept = Math.max(1, nanos / 2);
            now.addAndGet(slept);
            rested.addAndGet(slept);
        });
    }

    private static void finish(ShadowLane lane) throws InterruptedException {
        var last = new CountDownLatch(2);
        lane.offer(copy(last::countDown));
        lane.offer(copy(last::countDown));
        // The second begins when the first has rested.
        assertThat(last.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void work_anyLength_takesAtMostItsPartOfTheTime() throws Exception {
        for (double part : new double[] {0.05, 0.25, 0.8}) {
            rested.set(0);
            long busy = 0;
            try (ShadowLane lane = lane(part, 1000)) {
                for (int i = 1; i <= 500; i++) {
                    int millis = i % 7 == 0 ? 90 : 1;
                    busy += millis * 1_000_000L;
                    lane.offer(copy(() -> now.addAndGet(millis * 1_000_000L)));
                }
                finish(lane);
            }
            assertThat(busy / (double) (busy + rested.get()))
                    .as("part %s", part)
                    .isBetween(part * 0.999, part * 1.000001);
        }
        assertThat(dropped).hasValue(0);
    }

    @Test
    void wholeCore_neverRests() throws Exception {
        try (ShadowLane lane = lane(1, 10)) {
            lane.offer(copy(() -> now.addAndGet(1_000_000)));
            finish(lane);
        }
        assertThat(rested).hasValue(0);
    }

    @Test
    void thread_isOfLowestPriorityDaemonAndNamed() throws Exception {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        try (ShadowLane lane = lane(1, 10)) {
            lane.offer(copy(() -> threads.add(Thread.currentThread())));
            finish(lane);
        }
        Thread thread = threads.get(0);
        assertThat(thread.getName()).isEqualTo("mlops-shadow");
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getPriority()).isEqualTo(Thread.MIN_PRIORITY);
    }

    @Test
    void fullQueue_dropsAndCountsAndDoesNotWait() throws Exception {
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var ran = new AtomicInteger();
        try (ShadowLane lane = lane(1, 2)) {
            lane.offer(copy(() -> {
                begun.countDown();
                awaitQuietly(mayEnd);
            }));
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 5; i++) {
                lane.offer(copy(ran::incrementAndGet));
            }
            assertThat(lane.dropped()).isEqualTo(3);
            assertThat(dropped).hasValue(3);
            mayEnd.countDown();
        }
        assertThat(ran.get()).isLessThanOrEqualTo(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void copyThatInterruptsItsThread_restsAllTheSame() throws Exception {
        var interrupted = new AtomicInteger();
        try (ShadowLane lane =
                new ShadowLane(new CpuBudget(0.5), 10, deadlines, dropped::incrementAndGet, now::get, nanos -> {
                    // As the real rest does: an interrupted thread is not put to sleep.
                    if (Thread.currentThread().isInterrupted()) {
                        interrupted.incrementAndGet();
                    }
                    now.addAndGet(nanos);
                    rested.addAndGet(nanos);
                })) {
            lane.offer(copy(() -> {
                now.addAndGet(1_000);
                Thread.currentThread().interrupt();
            }));
            finish(lane);
        }
        assertThat(rested).hasValue(1_000);
        assertThat(interrupted).hasValue(0);
    }

    @Test
    void copyThatFails_doesNotEndTheLane() throws Exception {
        try (ShadowLane lane = lane(0.5, 10)) {
            lane.offer(copy(() -> {
                throw new AssertionError("a candidate may throw anything");
            }));
            finish(lane);
        }
    }

    @Test
    void close_duringALongRest_endsIt() throws Exception {
        var thread = new CountDownLatch(1);
        Thread[] worker = new Thread[1];
        ShadowLane lane = new ShadowLane(new CpuBudget(1e-9), 10, deadlines, dropped::incrementAndGet);
        lane.offer(copy(() -> {
            worker[0] = Thread.currentThread();
            thread.countDown();
            awaitNanos(1_000_000);
        }));
        assertThat(thread.await(20, TimeUnit.SECONDS)).isTrue();
        lane.close();
        worker[0].join(20_000);
        assertThat(worker[0].isAlive()).isFalse();
    }

    private static void awaitNanos(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void copyThatTakesTooLong_isOverdueAndStoppedAndRestedFor() throws Exception {
        var overdue = new AtomicInteger();
        try (ShadowLane lane = lane(0.5, 10)) {
            lane.offer(new Hanging(
                    Duration.ofMillis(1),
                    signal -> {
                        awaitStop(signal);
                        now.addAndGet(1_000);
                    },
                    overdue));
            finish(lane);
        }
        assertThat(overdue).hasValue(1);
        assertThat(rested).hasValue(1_000);
    }

    private static void awaitStop(StopSignal signal) {
        var stopped = new CountDownLatch(1);
        signal.begun(stopped::countDown);
        awaitQuietly(stopped);
        signal.ended();
    }

    @Test
    void copyThatCannotBeStopped_makesThoseBehindItOverdueOneByOne() throws Exception {
        var overdue = new AtomicInteger();
        var ran = new AtomicInteger();
        var mayEnd = new CountDownLatch(1);
        try (ShadowLane lane = lane(1, 10)) {
            lane.offer(new Hanging(Duration.ofMillis(1), signal -> awaitQuietly(mayEnd), overdue));
            for (int i = 0; i < 5; i++) {
                lane.offer(new Hanging(Duration.ofDays(1), signal -> ran.incrementAndGet(), overdue));
            }
            while (overdue.get() < 4) {
                Thread.onSpinWait();
            }
            mayEnd.countDown();
            while (ran.get() + overdue.get() < 6) {
                Thread.onSpinWait();
            }
            finish(lane);
            assertThat(ran.get() + overdue.get()).isEqualTo(6);
        }
    }

    @Test
    void close_stopsWhatRuns() throws Exception {
        var begun = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        try (ShadowLane lane = lane(1, 10)) {
            lane.offer(new Hanging(
                    Duration.ofDays(1),
                    signal -> {
                        signal.begun(stopped::countDown);
                        begun.countDown();
                        while (!signal.stopped()) {
                            Thread.onSpinWait();
                        }
                    },
                    new AtomicInteger()));
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
