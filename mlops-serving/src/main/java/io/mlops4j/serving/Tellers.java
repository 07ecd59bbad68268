package io.mlops4j.serving;

import java.util.concurrent.Executor;

/**
 * Tells callers of answers and failures on a worker, as they may run any code of the host; if no thread can be made, on the
 * thread at hand: better here than never.
 *
 * <p>Thread-safe.
 *
 * @param workers where they are told if possible
 */
record Tellers(Executor workers) implements Executor {
    @Override
    public void execute(Runnable telling) {
        try {
            workers.execute(telling);
        } catch (OutOfMemoryError e) { // unable to create native thread
            WorkerThread.lend(telling);
        }
    }
}
