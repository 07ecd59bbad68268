package io.mlops4j.serving;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/*
 * How many callers are inside a model, and whether new ones may come in. One number tells both: the low 63 bits count
 * the leases, the sign bit says that the model is retired.
 *
 *  - Taking a lease adds one and then looks at the sign. If the model was retired, the taker puts its one back and
 *    goes elsewhere; it has touched nothing. Adding first needs no retry loop, so takers never wait for each other.
 *  - Retiring sets the sign once. From then on nobody gets a lease, so the count of true leases only falls. It may still
 *    flicker upwards by takers that are about to put their one back, which delays "drained" but cannot fake it.
 *  - Whoever brings the number to exactly the sign bit opens the latch: at that moment no lease is held, and none can
 *    be taken any more. If no lease is held when the sign is set, retiring opens it.
 *
 *  - Who holds a lease may take another one for work that may outlive him, even of a model that is retired: the number was
 *    not zero, so the latch is not open yet, and will not be until that one is back as well.
 *
 *  - Retiring only if no lease is held is one compare-and-set from zero: whoever tries it and fails has changed nothing.
 *
 * What a holder did to the model happens before the latch opens (release is a volatile write, and the latch is opened
 * by a thread that read it or a later value), so whoever awaited the latch may free the model.
 */
/**
 * Counts who is inside a model, so that it is freed only when nobody is.
 *
 * <p>Thread-safe and lock-free.
 */
final class Lease {
    private static final long RETIRED = Long.MIN_VALUE;

    private final AtomicLong state = new AtomicLong();
    private final CountDownLatch drained = new CountDownLatch(1);
    private final @Nullable Runnable whenIdle;

    Lease() {
        this(null);
    }

    /** Tells when the last lease is back and the model is not retired; must be quick. */
    Lease(@Nullable Runnable whenIdle) {
        this.whenIdle = whenIdle;
    }

    /** Takes a lease, to be released once; false if the model is retired. */
    boolean tryAcquire() {
        if (state.getAndIncrement() >= 0) {
            return true;
        }
        release();
        return false;
    }

    /** Takes another lease, to be released once; to be called by who holds one. */
    void share() {
        state.incrementAndGet();
    }

    void release() {
        long left = state.decrementAndGet();
        if (left == RETIRED) {
            drained.countDown();
        } else if (left == 0 && whenIdle != null) {
            whenIdle.run();
        }
    }

    /** Refuses new leases from now on. Retiring twice is retiring once. */
    void retire() {
        if (state.getAndUpdate(s -> s | RETIRED) << 1 == 0) {
            drained.countDown();
        }
    }

    /** Refuses new leases from now on if none is held, and none was refused before; else does nothing. */
    boolean tryRetireIdle() {
        if (!state.compareAndSet(0, RETIRED)) {
            return false;
        }
        drained.countDown();
        return true;
    }

    /** Waits until a retired model has no leases left, interrupted or not; false if that took longer. */
    boolean awaitDrained(long timeoutNanos) {
        boolean interrupted = false;
        long start = System.nanoTime();
        try {
            while (true) {
                try {
                    return drained.await(timeoutNanos - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The leases held now; may count takers that are about to be refused. */
    long held() {
        return state.get() & Long.MAX_VALUE;
    }
}
