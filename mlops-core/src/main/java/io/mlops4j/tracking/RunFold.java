package io.mlops4j.tracking;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.store.Commit;
import io.mlops4j.store.Fold;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes what is known of a run from the commits of its log. Of a metric only the point with the greatest step is kept;
 * all points stay in the log.
 *
 * <p>Immutable.
 */
record RunFold(String id, String experiment, Instant startedAt) implements Fold<RunRecord> {
    @Override
    public RunRecord empty() {
        return new RunRecord(
                id,
                experiment,
                RunStatus.RUNNING,
                startedAt,
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                List.of(),
                new TreeMap<>());
    }

    @Override
    public RunRecord apply(RunRecord run, List<Commit> commits) {
        RunRecord next = run;
        for (Commit commit : commits) {
            next = apply(next, read(id, commit), commit.time());
        }
        return next;
    }

    static RunEvent read(String id, Commit commit) {
        return Json.read("commit " + commit.number() + " of run " + id, commit.event(), RunEvent.class);
    }

    private static RunRecord apply(RunRecord run, RunEvent event, Instant time) {
        SortedMap<String, String> parameters = new TreeMap<>(run.parameters());
        parameters.putAll(event.parameters());
        SortedMap<String, String> tags = new TreeMap<>(run.tags());
        tags.putAll(event.tags());
        SortedMap<String, MetricPoint> metrics = new TreeMap<>(run.metrics());
        event.metrics()
                .forEach(point -> metrics.merge(
                        point.name(), point.toMetric(), (old, now) -> now.step() >= old.step() ? now : old));
        Set<DatasetRef> inputs = new LinkedHashSet<>(run.inputs());
        inputs.addAll(event.inputs());
        SortedMap<String, Artifact> artifacts = new TreeMap<>(run.artifacts());
        event.artifacts().forEach(artifact -> artifacts.put(artifact.name(), artifact));
        RunStatus status = event.status().orElse(run.status());
        boolean changed = event.status().isPresent();
        Optional<Instant> ended = status == RunStatus.RUNNING ? Optional.empty() : Optional.of(time);
        return new RunRecord(
                run.id(),
                run.experiment(),
                status,
                run.startedAt(),
                changed ? ended : run.endedAt(),
                changed ? event.reason() : run.reason(),
                parameters,
                metrics,
                tags,
                List.copyOf(inputs),
                artifacts);
    }

    @Override
    public byte[] checkpoint(RunRecord run) {
        return Json.write(run);
    }

    @Override
    public RunRecord restore(byte[] checkpoint) {
        RunRecord run = Json.read("checkpoint of run " + id, checkpoint, RunRecord.class);
        if (!run.id().equals(id)) {
            throw new CorruptionException("Checkpoint of run " + id + " is of run " + run.id());
        }
        return run;
    }
}
