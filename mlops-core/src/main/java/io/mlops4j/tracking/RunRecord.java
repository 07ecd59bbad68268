package io.mlops4j.tracking;

import static java.util.Objects.requireNonNull;

import io.mlops4j.NotFoundException;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.DatasetRef;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of a run.
 *
 * <p>Immutable.
 *
 * @param id the run's id
 * @param experiment the experiment it belongs to
 * @param status how far it has come
 * @param startedAt when it was first started, by the tracker's clock
 * @param endedAt when it was finished, failed or killed; empty while it is running
 * @param reason why it failed or was killed; empty otherwise
 * @param parameters values by name; copied
 * @param metrics by name, the point with the greatest step; {@link Tracker#history} has all points; copied
 * @param tags values by key; copied
 * @param inputs the data it read, in the order they were named; copied
 * @param artifacts its files by name; copied
 */
public record RunRecord(
        String id,
        String experiment,
        RunStatus status,
        Instant startedAt,
        Optional<Instant> endedAt,
        Optional<String> reason,
        SortedMap<String, String> parameters,
        SortedMap<String, MetricPoint> metrics,
        SortedMap<String, String> tags,
        List<DatasetRef> inputs,
        SortedMap<String, Artifact> artifacts) {
    /** Copies the collections. */
    public RunRecord {
        requireNonNull(id, "id");
        requireNonNull(experiment, "experiment");
        requireNonNull(status, "status");
        requireNonNull(startedAt, "startedAt");
        requireNonNull(endedAt, "endedAt");
        requireNonNull(reason, "reason");
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        inputs = List.copyOf(inputs);
        artifacts = Collections.unmodifiableSortedMap(new TreeMap<>(artifacts));
    }

    /**
     * The value of a metric at its greatest step.
     *
     * @param name the metric
     * @return the value, or empty if it was never logged
     */
    public OptionalDouble metric(String name) {
        MetricPoint point = metrics.get(name);
        return point == null ? OptionalDouble.empty() : OptionalDouble.of(point.value());
    }

    /**
     * Finds an artifact.
     *
     * @param name its name
     * @return what identifies its bytes
     * @throws NotFoundException if the run has no such artifact
     */
    public Artifact artifact(String name) {
        Artifact artifact = artifacts.get(name);
        if (artifact == null) {
            throw new NotFoundException("Run " + id + " has no artifact " + name + ": it has " + artifacts.keySet());
        }
        return artifact;
    }
}
