package io.mlops4j.serving;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Counts the runs of a model that go side by side, and lets no more of them begin than the limit says.
 *
 * <p>Thread-safe and lock-free.
 */
final class Instances {
    private final AtomicInteger busy = new AtomicInteger();
    private volatile int limit;
    private volatile @Nullable Thread closer;

    Instances(int limit) {
        this.limit = limit;
    }

    /** Takes an instance, to be left once; false if all are busy. */
    boolean tryEnter() {
        int seen = busy.get();
        while (seen < limit) {
            if (busy.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = busy.get();
        }
        return false;
    }

    /** Takes an instance, to be left once; false if any is busy. */
    boolean tryEnterAlone() {
        return busy.compareAndSet(0, 1);
    }

    /** Takes an instance beyond the limit, to be left once. */
    void enter() {
        busy.incrementAndGet();
    }

    void leave() {
        // The count falls before the closer is looked for, and the closer shows itself before it looks at the count.
        if (busy.decrementAndGet() == 0) {
            LockSupport.unpark(closer);
        }
    }

    int limit() {
        return limit;
    }

    int busy() {
        return busy.get();
    }

    /** Sets the limit, 1 or more. Runs beyond it go on to their end. */
    void limit(int value) {
        limit = Math.max(1, value);
    }

    /** Waits until nothing runs any more; nobody may be entering. The interrupt is kept. */
    void awaitIdle() {
        boolean interrupted = false;
        closer = Thread.currentThread();
        while (busy.get() != 0) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
