package io.mlops4j.serving;

import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loadings of one model that are in memory, those that drain included, and how they leave it.
 *
 * <p>Thread-safe.
 */
final class Loadings {
    private static final Logger LOG = LoggerFactory.getLogger(Loadings.class);

    private final ReentrantLock swapping;
    private final Duration drainTimeout;
    private final BiFunction<Runnable, String, Thread> threads;
    private final Set<Served> all = ConcurrentHashMap.newKeySet();

    /** What would have been drained by now, were there threads to be had. */
    private final Queue<Served> undrained = new ConcurrentLinkedQueue<>();

    /**
     * Has none yet.
     *
     * @param swapping held by who loads: a version's meters are made and removed under it
     */
    Loadings(ReentrantLock swapping, Duration drainTimeout) {
        this(swapping, drainTimeout, WorkerThread::new);
    }

    /** With other threads, for tests. */
    Loadings(ReentrantLock swapping, Duration drainTimeout, BiFunction<Runnable, String, Thread> threads) {
        this.swapping = swapping;
        this.drainTimeout = drainTimeout;
        this.threads = threads;
    }

    void add(Served served) {
        all.add(served);
    }

    /** Takes one out that was evicted: it is freed already. */
    void remove(Served evicted) {
        all.remove(evicted);
    }

    Collection<Served> all() {
        return Set.copyOf(all);
    }

    /** How many are in memory. */
    int count() {
        return (int) all.stream().filter(served -> !served.isEvicted()).count();
    }

    /** How many requests are inside. */
    long leases() {
        return all.stream().mapToLong(served -> served.lease().held()).sum();
    }

    /** A worker, or who holds a snapshot, does not wait for versions to drain: it may be what they wait for. */
    void retire(@Nullable Served old) {
        if (old == null) {
            return;
        }
        old.leave();
        if (!WorkerThread.isCurrent() && !Snapshot.isHeldHere()) {
            drain(old);
            return;
        }
        try {
            threads.apply(() -> drain(old), "mlops-retire-" + old.version()).start();
        } catch (OutOfMemoryError e) { // unable to create native thread
            undrained.add(old);
            LOG.warn(
                    "No thread to free version {}: it goes with the next one, or when the server is closed",
                    old.version(),
                    e);
        }
    }

    /** Frees one that nobody was ever given. */
    void discard(Served unused) {
        unused.leave();
        free(unused);
    }

    private void drain(Served old) {
        free(old);
        for (Served next = undrained.poll(); next != null; next = undrained.poll()) {
            free(next);
        }
    }

    private void free(Served old) {
        old.drainAndClose(drainTimeout);
        forget(old);
    }

    /** A version may be back already, when an alias went away and returned; its meters are then in use again. */
    private void forget(Served old) {
        swapping.lock();
        try {
            all.remove(old);
            if (all.stream().noneMatch(other -> other.version().equals(old.version()))) {
                old.meters().close();
            }
        } finally {
            swapping.unlock();
        }
    }
}
