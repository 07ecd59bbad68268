package io.mlops4j.serving;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Stops runs whose time is over. One thread for a server, which exists only while there is something to wait for.
 *
 * <p>Thread-safe.
 */
final class Deadlines implements AutoCloseable {
    private final ScheduledThreadPoolExecutor watch;

    Deadlines() {
        this(work -> {
            Thread thread = new Thread(work, "mlops-deadlines");
            thread.setDaemon(true);
            return thread;
        });
    }

    Deadlines(ThreadFactory threads) {
        watch = new ScheduledThreadPoolExecutor(1, threads);
        // A server may be closed from a callback, while requests are under way: those go on without an alarm.
        watch.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        watch.setRemoveOnCancelPolicy(true);
        watch.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        watch.setKeepAliveTime(1, TimeUnit.SECONDS);
        watch.allowCoreThreadTimeOut(true);
    }

    /** Gives the signal after a time, unless the future is cancelled before. */
    Future<?> stopAfter(long nanos, StopSignal signal) {
        return after(nanos, signal::stop);
    }

    /**
     * Does something quick after a time, unless the future is cancelled before. If no thread can be made, the future is done
     * already, and the action runs when there is a thread: what is asked of a model goes on without an alarm until then.
     */
    Future<?> after(long nanos, Runnable action) {
        try {
            return watch.schedule(action, nanos, TimeUnit.NANOSECONDS);
        } catch (OutOfMemoryError e) { // unable to create native thread; the action is in the queue
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Ends the thread; runs under way are not stopped any more. */
    @Override
    public void close() {
        watch.shutdownNow();
    }
}
