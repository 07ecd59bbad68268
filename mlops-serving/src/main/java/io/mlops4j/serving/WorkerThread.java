package io.mlops4j.serving;

/**
 * A thread of the server that runs models, and on which callers hear of answers. What callers do there must not wait for the thread
 * itself: so their requests run on it at once, and versions they retire are drained elsewhere.
 */
final class WorkerThread extends Thread {
    WorkerThread(Runnable work, String name) {
        super(work, name);
        setDaemon(true);
    }

    static boolean isCurrent() {
        return Thread.currentThread() instanceof WorkerThread;
    }
}
