package io.mlops4j.serving;

import io.mlops4j.OverloadedException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which a server answers callers that do not wait: as many as there are processors, gone when idle, with
 * a bounded queue before them.
 *
 * <p>Thread-safe.
 */
final class Workers implements AutoCloseable {
    private static final int QUEUE = 1024;
    private static final Duration RETRY_AFTER = Duration.ofMillis(10);

    private final ThreadPoolExecutor pool;

    Workers() {
        var count = new AtomicInteger();
        int size = Runtime.getRuntime().availableProcessors();
        pool = WorkerThread.pool(size, QUEUE, () -> "mlops-inference-" + count.incrementAndGet());
    }

    /**
     * Runs something soon.
     *
     * @param asked what a request is submitted to, for messages
     * @throws OverloadedException if too much is waiting already, or no thread can be made
     * @throws IllegalStateException if the server is closed
     */
    void execute(String asked, Runnable work) {
        try {
            pool.execute(work);
        } catch (OutOfMemoryError e) { // unable to create native thread
            var overloaded = new OverloadedException(
                    "Cannot submit a request to " + asked + ": no thread can be made to run it", RETRY_AFTER);
            overloaded.addSuppressed(e);
            throw overloaded;
        } catch (RejectedExecutionException e) {
            if (pool.isShutdown()) {
                throw new IllegalStateException("Cannot submit a request to " + asked + ": the server is closed", e);
            }
            throw new OverloadedException(
                    "Cannot submit a request to " + asked + ": " + QUEUE + " requests are waiting already",
                    RETRY_AFTER);
        }
    }

    /** Ends the threads when they are done. Called when no call is under way. */
    @Override
    public void close() {
        pool.shutdown();
    }
}
