package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A model is free to go when it is retired and nobody is inside, and not before. */
final class LeaseTest {
    private static final int ROUNDS = 100;

    @Test
    void retire_withoutLeases_isDrainedAtOnce() throws InterruptedException {
        var lease = new Lease();
        lease.retire();
        assertThat(lease.awaitDrained(0)).isTrue();
        assertThat(lease.tryAcquire()).isFalse();
    }

    @Test
    void retire_withLeases_isDrainedByTheLast() throws InterruptedException {
        var lease = new Lease();
        assertThat(lease.tryAcquire()).isTrue();
        assertThat(lease.tryAcquire()).isTrue();
        lease.retire();
        lease.retire();
        assertThat(lease.tryAcquire()).isFalse();
        assertThat(lease.held()).isEqualTo(2);
        lease.release();
        assertThat(lease.awaitDrained(0)).isFalse();
        lease.release();
        assertThat(lease.awaitDrained(0)).isTrue();
        assertThat(lease.held()).isZero();
    }

    @Test
    void release_beforeRetire_doesNotDrain() throws InterruptedException {
        var lease = new Lease();
        assertThat(lease.tryAcquire()).isTrue();
        lease.release();
        assertThat(lease.awaitDrained(0)).isFalse();
        assertThat(lease.tryAcquire()).isTrue();
    }

    @Test
    void tryRetireIdle_whileHeld_changesNothing() throws InterruptedException {
        var idle = new AtomicInteger();
        var lease = new Lease(idle::incrementAndGet);
        assertThat(lease.tryAcquire()).isTrue();
        assertThat(lease.tryRetireIdle()).isFalse();
        assertThat(lease.tryAcquire()).isTrue();
        lease.release();
        assertThat(idle).hasValue(0);
        lease.release();
        assertThat(idle).hasValue(1);
        assertThat(lease.tryRetireIdle()).isTrue();
        assertThat(lease.tryAcquire()).isFalse();
        assertThat(lease.awaitDrained(0)).isTrue();
        assertThat(lease.tryRetireIdle()).isFalse();
        assertThat(idle).as("nobody is told of a model that is retired").hasValue(1);
    }

    @Test
    void race_lease_isNeverFreedWhileHeld() throws Exception {
        int broken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var lease = new Lease();
            broken += race(lease::tryAcquire, lease::release, () -> {
                lease.retire();
                return lease.awaitDrained(TimeUnit.SECONDS.toNanos(30));
            });
        }
        assertThat(broken).isZero();
    }

    /** The canary: a counter that looks before it counts lets takers in after the door was seen closed and empty. */
    @Test
    void race_racyLease_isCaught() throws Exception {
        int broken = 0;
        for (int round = 0; round < 1_000 * ROUNDS && broken == 0; round++) {
            var retired = new AtomicBoolean();
            var held = new AtomicInteger();
            broken += race(
                    () -> {
                        if (retired.get()) {
                            return false;
                        }
                        Thread.onSpinWait();
                        held.incrementAndGet();
                        return true;
                    },
                    held::decrementAndGet,
                    () -> {
                        retired.set(true);
                        while (held.get() != 0) {
                            Thread.onSpinWait();
                        }
                        return true;
                    });
        }
        assertThat(broken).as("times that the test caught the racy counter").isPositive();
    }

    private static final ExecutorService TAKERS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "lease-taker");
        thread.setDaemon(true);
        return thread;
    });

    /** How many takers were inside when, or after, the closer said that nobody is. */
    private static int race(BooleanSupplier take, Runnable release, BooleanSupplier retireAndDrain) throws Exception {
        var freed = new AtomicBoolean();
        var ready = new AtomicInteger();
        List<Future<Integer>> takers = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            takers.add(TAKERS.submit(() -> {
                int seen = 0;
                ready.incrementAndGet();
                while (take.getAsBoolean()) {
                    if (freed.get()) {
                        seen++;
                    }
                    release.run();
                }
                return seen;
            }));
        }
        while (ready.get() < 2) {
            Thread.onSpinWait();
        }
        assertThat(retireAndDrain.getAsBoolean()).isTrue();
        freed.set(true);
        int broken = 0;
        for (Future<Integer> taker : takers) {
            broken += taker.get();
        }
        return broken;
    }
}
