package io.mlops4j.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A version while it is loaded: the model, who is inside it, and its meters.
 *
 * <p>Thread-safe.
 */
final class Served {
    private static final Logger LOG = LoggerFactory.getLogger(Served.class);

    private final VersionId version;
    private final LoadedModel model;
    private final Dispatcher dispatcher;
    private final Batchability batchability;
    private final @Nullable RowScorer scorer;
    private final @Nullable RowForm form;
    private final VersionMeters meters;
    private final Residents.@Nullable Residence residence;
    private final Lease lease;
    private final ReentrantLock closing = new ReentrantLock();

    @GuardedBy("closing") private boolean closed;

    private volatile boolean evicted;

    Served(
            VersionId version,
            LoadedModel model,
            Dispatching.Chosen chosen,
            VersionMeters meters,
            Residents.@Nullable Residence residence) {
        this.version = version;
        this.model = model;
        this.dispatcher = chosen.dispatcher();
        this.batchability = chosen.batchability();
        this.meters = meters;
        this.residence = residence;
        this.lease = residence == null ? new Lease() : new Lease(residence.residents()::idle);
        this.scorer = model.rowScorer().orElse(null);
        this.form = RowForm.of(model.signature()).orElse(null);
    }

    VersionId version() {
        return version;
    }

    LoadedModel model() {
        return model;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    Batchability batchability() {
        return batchability;
    }

    @Nullable RowScorer scorer() {
        return scorer;
    }

    Optional<RowForm> form() {
        return Optional.ofNullable(form);
    }

    VersionMeters meters() {
        return meters;
    }

    Lease lease() {
        return lease;
    }

    /** Its place in the memory budget, if the server has one. */
    Residents.@Nullable Residence residence() {
        return residence;
    }

    /** Whether it was freed for want of room, though it is served still. */
    boolean isEvicted() {
        return evicted;
    }

    /** Retires it for want of room, if nobody is inside. Then it must be freed by {@link #drainAndClose}. */
    boolean tryEvict() {
        if (!lease.tryRetireIdle()) {
            return false;
        }
        evicted = true;
        return true;
    }

    /** Counts a use, for its value. */
    void used() {
        if (residence != null) {
            residence.used();
        }
    }

    /** Keeps it from being evicted for a moment; false if it is evicted already. */
    boolean tryHold() {
        return residence == null || residence.tryHold();
    }

    /**
     * Keeps it from being evicted for long; it must be held.
     *
     * @throws io.mlops4j.RejectedModelException if that leaves no room for what is served besides
     */
    void keep() {
        if (residence != null) {
            residence.keep();
        }
    }

    void unkeep() {
        if (residence != null) {
            residence.unkeep();
        }
    }

    /** It is not served any more, or another loading of it is. */
    void leave() {
        if (residence != null) {
            residence.leave();
        }
    }

    /** Ends a hold; whoever loads a version holds it. */
    void letGo() {
        if (residence != null) {
            residence.letGo();
        }
    }

    /**
     * Refuses new leases, waits until the last one is back, and frees the model. After the time-out, asks the runs under
     * way to stop, and goes on waiting: freeing a model that somebody is inside would take the JVM down. An interrupt
     * changes nothing, as the runs are those of others, and is restored. The meters stay. Freeing twice is freeing once, and
     * waiting for it.
     */
    void drainAndClose(Duration timeout) {
        lease.retire();
        if (residence != null) {
            residence.retired();
        }
        if (!lease.awaitDrained(TimeUnit.NANOSECONDS.convert(timeout))) {
            LOG.warn("Version {} still has {} runs under way after {}: stopping them", version, lease.held(), timeout);
            terminate();
            lease.awaitDrained(Long.MAX_VALUE);
        }
        close();
    }

    private void terminate() {
        dispatcher.terminate();
        try {
            model.terminate();
        } catch (RuntimeException e) {
            LOG.warn("Cannot ask version {} to stop", version, e);
        }
    }

    private void close() {
        closing.lock();
        try {
            if (!closed) {
                closed = true;
                free();
            }
        } finally {
            closing.unlock();
        }
    }

    private void free() {
        dispatcher.close();
        try {
            model.close();
        } catch (RuntimeException e) {
            LOG.warn("Cannot free version {}", version, e);
        }
        if (residence != null) {
            residence.freed();
        }
    }
}
