package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StripedCountsTest {
    private static final NumericCells CELLS =
            NumericCells.freeze(IntStream.range(0, 1000).asDoubleStream().toArray(), 16);
    private static final int THREADS = 8;
    private static final int EACH = 20_000;

    @Test
    void record_fromManyThreads_losesNothing() throws InterruptedException {
        StripedCounts counts = StripedCounts.of(CELLS);
        run(counts, () -> {});
        assertThat(counts.snapshot()).isEqualTo(expected());
    }

    @Test
    void reset_whileManyThreadsRecord_losesNothingAndCountsNothingTwice() throws InterruptedException {
        StripedCounts counts = StripedCounts.of(CELLS);
        StripedCounts taken = StripedCounts.of(CELLS);
        run(counts, () -> taken.add(counts.reset()));
        assertThat(taken.snapshot().plus(counts.reset())).isEqualTo(expected());
        assertThat(counts.snapshot().total()).isZero();
    }

    /** All threads start together; meanwhile this one does something over and over. */
    private static void run(StripedCounts counts, Runnable meanwhile) throws InterruptedException {
        var start = new CountDownLatch(1);
        var done = new CountDownLatch(THREADS);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            threads.add(new Thread(() -> {
                awaitQuietly(start);
                try {
                    for (int i = 0; i < EACH; i++) {
                        counts.record((double) (i % 1000));
                    }
                } finally {
                    done.countDown();
                }
            }));
        }
        threads.forEach(Thread::start);
        start.countDown();
        while (done.getCount() > 0) {
            meanwhile.run();
            Thread.onSpinWait();
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static CellCounts expected() {
        long[] counts = new long[CELLS.size()];
        for (int i = 0; i < EACH; i++) {
            counts[CELLS.of((double) (i % 1000))] += THREADS;
        }
        return CellCounts.of(counts);
    }

    @Test
    void add_countsOfOtherCells_isRejected() {
        assertThatThrownBy(() -> StripedCounts.of(CELLS).add(CellCounts.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 cells");
    }

    @Test
    void add_aSnapshot_isAsIfRecordedHere() {
        StripedCounts here = StripedCounts.of(CELLS);
        StripedCounts there = StripedCounts.of(CELLS);
        here.record(1);
        there.record(999);
        there.record((String) null);
        here.add(there.snapshot());
        assertThat(here.snapshot().total()).isEqualTo(3);
        assertThat(here.snapshot().at(CELLS.of(999))).isEqualTo(1);
    }
}
