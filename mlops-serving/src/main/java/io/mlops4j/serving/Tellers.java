package io.mlops4j.serving;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Tells callers of answers and failures on a worker, as they may run any code of the host; if no thread can be made, on the
 * thread at hand: better here than never.
 *
 * <p>Thread-safe.
 *
 * @param workers where they are told if possible
 */
record Tellers(Executor workers) implements Executor {
    /** A worker for those that have none to spare. It exists only while there is something to tell. */
    static ThreadPoolExecutor oneThread(String name) {
        var one = new ThreadPoolExecutor(
                1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> new WorkerThread(work, name));
        one.allowCoreThreadTimeOut(true);
        return one;
    }

    @Override
    public void execute(Runnable telling) {
        try {
            workers.execute(telling);
        } catch (OutOfMemoryError e) { // unable to create native thread
            WorkerThread.lend(telling);
        }
    }
}
