package io.mlops4j.serving;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread of the server that runs models, and on which callers hear of answers. What callers do there must not wait for the thread
 * itself: so their requests run on it at once, and versions they retire are drained elsewhere.
 */
final class WorkerThread extends Thread {
    private static final ThreadLocal<@Nullable Boolean> LENT = new ThreadLocal<>();

    WorkerThread(Runnable work, String name) {
        super(work, name);
        setDaemon(true);
    }

    /**
     * Workers that are made when there is work, and end a second after it.
     *
     * @param queue how much may wait for them
     */
    static ThreadPoolExecutor pool(int threads, int queue, Supplier<String> names) {
        var pool = new ThreadPoolExecutor(
                threads,
                threads,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(queue),
                work -> new WorkerThread(work, names.get()));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Whether this thread is one, or is lent as one. */
    static boolean isCurrent() {
        return Thread.currentThread() instanceof WorkerThread || LENT.get() != null;
    }

    /** Does a worker's work on this thread, for want of one: it may hold a lease that what the work calls would wait for. */
    static void lend(Runnable work) {
        if (isCurrent()) {
            work.run();
            return;
        }
        LENT.set(true);
        try {
            work.run();
        } finally {
            LENT.remove();
        }
    }
}
