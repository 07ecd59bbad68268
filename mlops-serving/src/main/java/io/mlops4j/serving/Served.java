package io.mlops4j.serving;

import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
    private final Lease lease = new Lease();

    Served(VersionId version, LoadedModel model, Dispatching.Chosen chosen, VersionMeters meters) {
        this.version = version;
        this.model = model;
        this.dispatcher = chosen.dispatcher();
        this.batchability = chosen.batchability();
        this.meters = meters;
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

    /**
     * Refuses new leases, waits until the last one is back, and frees the model. After the time-out, or on an
     * interrupt, asks the runs under way to stop, and goes on waiting: freeing a model that somebody is inside would
     * take the JVM down. The interrupt is restored. The meters stay.
     */
    void drainAndClose(Duration timeout) {
        lease.retire();
        boolean interrupted = false;
        boolean asked = false;
        for (long wait = TimeUnit.NANOSECONDS.convert(timeout); ; wait = Long.MAX_VALUE) {
            try {
                if (lease.awaitDrained(wait)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (!asked) {
                asked = true;
                LOG.warn(
                        "Version {} still has {} runs under way after {}: stopping them",
                        version,
                        lease.held(),
                        timeout);
                terminate();
            }
        }
        close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
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
        dispatcher.close();
        try {
            model.close();
        } catch (RuntimeException e) {
            LOG.warn("Cannot free version {}", version, e);
        }
    }
}
