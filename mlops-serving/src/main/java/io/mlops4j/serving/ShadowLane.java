package io.mlops4j.serving;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a shadow computes: one thread of the lowest priority, gone when idle, that rests after every run as its budget says,
 * with a bounded queue before it. What finds the queue full is dropped and counted; nobody ever waits.
 *
 * <p>Thread-safe.
 */
final class ShadowLane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShadowLane.class);

    private final CpuBudget budget;
    private final LongSupplier nanoTime;
    private final LongConsumer rest;
    private final AtomicLong dropped = new AtomicLong();
    private final ThreadPoolExecutor thread;

    ShadowLane(CpuBudget budget, int queue, Runnable onDrop) {
        this(budget, queue, onDrop, System::nanoTime, LockSupport::parkNanos);
    }

    /** With another clock and another way to rest, for tests. */
    @SuppressWarnings("ThreadPriorityCheck") // the shadow gives way to everything else; it is not relied upon
    ShadowLane(CpuBudget budget, int queue, Runnable onDrop, LongSupplier nanoTime, LongConsumer rest) {
        this.budget = budget;
        this.nanoTime = nanoTime;
        this.rest = rest;
        thread = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queue),
                work -> {
                    Thread made = new Thread(work, "mlops-shadow");
                    made.setDaemon(true);
                    made.setPriority(Thread.MIN_PRIORITY);
                    return made;
                },
                (work, pool) -> {
                    dropped.incrementAndGet();
                    onDrop.run();
                });
        thread.allowCoreThreadTimeOut(true);
    }

    void offer(Runnable copy) {
        thread.execute(() -> work(copy));
    }

    private void work(Runnable copy) {
        long start = nanoTime.getAsLong();
        try {
            copy.run();
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            LOG.warn("A shadow's comparison failed: {}", e.getClass().getName());
        }
        long end = nanoTime.getAsLong();
        rest(end + budget.restAfter(end - start));
    }

    /** A wake-up for nothing does not end the rest, nor does a model that has interrupted its own thread. */
    private void rest(long until) {
        long left = until - nanoTime.getAsLong();
        while (left > 0) {
            boolean interrupted = Thread.interrupted();
            // Asked after the flag is cleared: whoever closes sets the one before the other.
            if (thread.isShutdown()) {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return;
            }
            rest.accept(left);
            left = until - nanoTime.getAsLong();
        }
    }

    long dropped() {
        return dropped.get();
    }

    /** Drops what waits; what is under way ends by itself, and holds its lease until then. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
