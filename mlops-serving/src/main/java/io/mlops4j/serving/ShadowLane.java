package io.mlops4j.serving;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A copy that takes longer than its limit is overdue: its owner hears so, and its run is asked to stop. If it does, the lane
 * rests for all the time that it took, and goes on. If it cannot be stopped the lane has nobody to go on with: a second thread
 * would break the budget, and might hang as well. Then the one copy would be all that anybody ever hears of a model that
 * hangs. So each time that the limit goes by once more, the oldest that waits behind it is overdue too: one of them and not
 * all, so that a run that is very slow once counts for about as much as it takes.
 */
/**
 * Where a shadow computes: one thread of the lowest priority, gone when idle, that rests after every run as its budget says,
 * with a bounded queue before it. What finds the queue full is dropped and counted; nobody ever waits.
 *
 * <p>Thread-safe.
 */
final class ShadowLane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShadowLane.class);

    /** A run that hangs is not looked at more often, however short its limit is. */
    private static final long SOONEST_NANOS = 10_000_000;

    private final CpuBudget budget;
    private final Deadlines deadlines;
    private final LongSupplier nanoTime;
    private final LongConsumer rest;
    private final AtomicLong dropped = new AtomicLong();
    private final ThreadPoolExecutor thread;
    private volatile @Nullable Work running;

    ShadowLane(CpuBudget budget, int queue, Deadlines deadlines, Runnable onDrop) {
        this(budget, queue, deadlines, onDrop, System::nanoTime, LockSupport::parkNanos);
    }

    /** With another clock for the budget and another way to rest, for tests. */
    @SuppressWarnings("ThreadPriorityCheck") // the shadow gives way to everything else; it is not relied upon
    ShadowLane(
            CpuBudget budget,
            int queue,
            Deadlines deadlines,
            Runnable onDrop,
            LongSupplier nanoTime,
            LongConsumer rest) {
        this.budget = budget;
        this.deadlines = deadlines;
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

    /** A request that is to be computed once more. */
    interface Copy {
        /** How long it may run, in nanoseconds. */
        long limit();

        /** Computes. */
        void run(StopSignal signal);

        /** It has no answer in time; called on a thread that must not be held up, perhaps while it runs. */
        void overdue();
    }

    void offer(Copy copy) {
        thread.execute(new Work(copy));
    }

    private final class Work implements Runnable {
        private final Copy copy;
        private final StopSignal signal = new StopSignal();

        Work(Copy copy) {
            this.copy = copy;
        }

        @Override
        public void run() {
            long start = nanoTime.getAsLong();
            running = this;
            Future<?> alarm = deadlines.after(copy.limit(), this::hangs);
            if (thread.isShutdown()) {
                signal.stop(); // whoever closes may have looked for what runs just before
            }
            try {
                copy.run(signal);
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                LOG.warn("A shadow's comparison failed: {}", e.getClass().getName());
            } finally {
                running = null;
                alarm.cancel(false);
            }
            long end = nanoTime.getAsLong();
            rest(end + budget.restAfter(end - start));
        }

        private void hangs() {
            copy.overdue();
            signal.stop();
            lookAgain();
        }

        private void lookAgain() {
            Future<?> unused = deadlines.after(Math.max(SOONEST_NANOS, copy.limit()), this::hangsStill);
        }

        private void hangsStill() {
            if (running != this || thread.isShutdown()) {
                return;
            }
            if (thread.getQueue().poll() instanceof Work oldest) {
                oldest.copy.overdue();
            }
            lookAgain();
        }
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

    /** Drops what waits; what is under way is asked to stop, and holds its lease until it has. */
    @Override
    public void close() {
        thread.shutdownNow();
        Work last = running;
        if (last != null) {
            last.signal.stop();
        }
    }
}
