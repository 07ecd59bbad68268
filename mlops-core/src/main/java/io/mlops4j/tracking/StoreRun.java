package io.mlops4j.tracking;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.internal.Labels;
import io.mlops4j.internal.Names;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.store.BlobStore;
import io.mlops4j.store.Content;
import io.mlops4j.store.Replica;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A run that is written to its commit log.
 *
 * <p>Thread-safe.
 */
final class StoreRun implements Run {
    /*
     * The lock guards the buffer and the end. It is held while a commit is written, so that metrics reach the log in
     * the order in which they were logged; metrics of other threads wait for that.
     */
    private final Object lock = new Object();
    private final Replica<RunRecord> replica;
    private final BlobStore blobs;
    private final Clock clock;
    private final Consumer<RunRecord> onEnd;

    @GuardedBy("lock") private final List<RunEvent.Point> buffer = new ArrayList<>();

    @GuardedBy("lock") private Optional<RunStatus> left = Optional.empty();

    /**
     * Takes up a run.
     *
     * @param onEnd hears of the run once it has finished or failed
     */
    StoreRun(Replica<RunRecord> replica, BlobStore blobs, Clock clock, Consumer<RunRecord> onEnd) {
        this.replica = replica;
        this.blobs = blobs;
        this.clock = clock;
        this.onEnd = onEnd;
    }

    @Override
    public String id() {
        return replica.state().id();
    }

    @Override
    public String experiment() {
        return replica.state().experiment();
    }

    /** Marks the run as going on. */
    void begin(Map<String, String> tags) {
        write(RunEvent.NOTHING.withTags(tags).withStatus(Optional.of(RunStatus.RUNNING)));
    }

    @Override
    public Run parameters(Map<String, String> parameters) {
        Limits.parameters(parameters);
        return write(RunEvent.NOTHING.withParameters(parameters));
    }

    @Override
    public Run metric(String name, long step, double value) {
        Labels.key("metric name", requireNonNull(name, "name"));
        var point = new RunEvent.Point(name, step, value, clock.instant().truncatedTo(ChronoUnit.MILLIS));
        synchronized (lock) {
            requireOpen();
            buffer.add(point);
            if (buffer.size() >= Tracker.BATCH) {
                commit(RunEvent.NOTHING);
            }
        }
        return this;
    }

    @Override
    public Run tags(Map<String, String> tags) {
        Limits.tags(tags);
        return write(RunEvent.NOTHING.withTags(tags));
    }

    @Override
    public Run input(DatasetRef dataset) {
        return write(RunEvent.NOTHING.withInputs(List.of(dataset)));
    }

    @Override
    public Artifact artifact(String name, Content content) {
        Names.check("artifact name", requireNonNull(name, "name"));
        synchronized (lock) {
            requireOpen();
        }
        var artifact = new Artifact(name, blobs.put(content), content.size());
        write(RunEvent.NOTHING.withArtifacts(List.of(artifact)));
        return artifact;
    }

    @Override
    public void flush() {
        write(RunEvent.NOTHING);
    }

    @Override
    public RunRecord finish() {
        return end(RunStatus.FINISHED, RunEvent.NOTHING);
    }

    @Override
    public RunRecord fail(String reason) {
        String fit = Labels.fit(reason, Tracker.MAX_REASON);
        return end(RunStatus.FAILED, RunEvent.NOTHING.withReason(Labels.said("reason", fit, Tracker.MAX_REASON)));
    }

    private RunRecord end(RunStatus status, RunEvent event) {
        synchronized (lock) {
            if (left.equals(Optional.of(status))) {
                return record();
            }
            requireOpen();
            commit(event.withStatus(Optional.of(status)));
            left = Optional.of(status);
        }
        onEnd.accept(record());
        return record();
    }

    @Override
    public RunRecord record() {
        return replica.state();
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (left.isEmpty()) {
                left = Optional.of(RunStatus.KILLED);
                commit(RunEvent.NOTHING
                        .withStatus(Optional.of(RunStatus.KILLED))
                        .withReason("left without having been finished or failed"));
            }
        }
    }

    private Run write(RunEvent event) {
        synchronized (lock) {
            requireOpen();
            commit(event);
        }
        return this;
    }

    @GuardedBy("lock") private void requireOpen() {
        left.ifPresent(status -> {
            throw new IllegalStateException("Cannot write to run " + id() + ": it was left as " + status);
        });
    }

    /** Writes an event with all metrics buffered; they stay buffered if that fails. */
    @GuardedBy("lock") private void commit(RunEvent event) {
        RunEvent whole = event.withMetrics(buffer);
        replica.update(run -> RunRules.write(run, whole));
        buffer.clear();
    }
}
