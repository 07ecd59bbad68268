package io.mlops4j.tracking;

import io.mlops4j.model.Artifact;
import io.mlops4j.model.DatasetRef;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was written to a run at once: one commit of its log. Fields may be added that an older reader can do without.
 *
 * @param status what the run became, if that changed
 * @param reason why it failed or was killed
 */
record RunEvent(
        SortedMap<String, String> parameters,
        SortedMap<String, String> tags,
        List<Point> metrics,
        List<DatasetRef> inputs,
        List<Artifact> artifacts,
        Optional<RunStatus> status,
        Optional<String> reason) {
    static final RunEvent NOTHING = new RunEvent(
            new TreeMap<>(), new TreeMap<>(), List.of(), List.of(), List.of(), Optional.empty(), Optional.empty());

    RunEvent {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        metrics = List.copyOf(metrics);
        inputs = List.copyOf(inputs);
        artifacts = List.copyOf(artifacts);
    }

    /** One metric at one step. */
    record Point(String name, long step, double value, Instant time) {
        MetricPoint toMetric() {
            return new MetricPoint(step, value, time);
        }
    }

    RunEvent withParameters(Map<String, String> values) {
        return new RunEvent(new TreeMap<>(values), tags, metrics, inputs, artifacts, status, reason);
    }

    RunEvent withTags(Map<String, String> values) {
        return new RunEvent(parameters, new TreeMap<>(values), metrics, inputs, artifacts, status, reason);
    }

    RunEvent withMetrics(List<Point> values) {
        return new RunEvent(parameters, tags, values, inputs, artifacts, status, reason);
    }

    RunEvent withInputs(List<DatasetRef> values) {
        return new RunEvent(parameters, tags, metrics, values, artifacts, status, reason);
    }

    RunEvent withArtifacts(List<Artifact> values) {
        return new RunEvent(parameters, tags, metrics, inputs, values, status, reason);
    }

    RunEvent withStatus(Optional<RunStatus> value) {
        return new RunEvent(parameters, tags, metrics, inputs, artifacts, value, reason);
    }

    RunEvent withReason(String value) {
        return new RunEvent(parameters, tags, metrics, inputs, artifacts, status, Optional.of(value));
    }
}
