package io.mlops4j.serving.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A pool gives a thing to one taker at a time, and loses none. */
final class SlotPoolTest {
    @Test
    void take_emptyPool_givesNull() {
        assertThat(new SlotPool<Object>().take()).isNull();
    }

    @Test
    void give_fullPool_isRefused() {
        var pool = new SlotPool<Integer>();
        int kept = 0;
        while (pool.give(kept)) {
            kept++;
        }
        List<Integer> drained = new ArrayList<>();
        pool.drain(drained::add);
        assertThat(drained).hasSize(kept).doesNotHaveDuplicates();
        assertThat(pool.take()).isNull();
        assertThat(kept).isBetween(4, 64);
    }

    @Test
    void takeAndGive_manyThreads_shareNothingAndLoseNothing() throws Exception {
        var pool = new SlotPool<AtomicInteger>();
        for (int i = 0; i < 3; i++) {
            assertThat(pool.give(new AtomicInteger())).isTrue();
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> all = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                all.add(threads.submit(() -> {
                    int shared = 0;
                    for (int i = 0; i < 20_000; i++) {
                        AtomicInteger taken = pool.take();
                        if (taken != null) {
                            shared += taken.getAndIncrement();
                            taken.decrementAndGet();
                            pool.give(taken);
                        }
                    }
                    return shared;
                }));
            }
            for (Future<Integer> one : all) {
                assertThat(one.get()).isZero();
            }
        } finally {
            threads.shutdown();
        }
        List<AtomicInteger> left = new ArrayList<>();
        pool.drain(left::add);
        assertThat(left).hasSize(3);
    }
}
