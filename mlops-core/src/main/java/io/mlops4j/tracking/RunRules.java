package io.mlops4j.tracking;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Artifact;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Decides what of a wish is new to a run, or refuses it. Without side effects. */
final class RunRules {
    private RunRules() {}

    static Optional<byte[]> write(RunRecord run, RunEvent wish) {
        if (!run.status().isResumable()) {
            boolean alreadySo = wish.status()
                    .filter(status -> status == run.status() || status == RunStatus.KILLED)
                    .isPresent();
            if (alreadySo) {
                return Optional.empty();
            }
            throw new ConflictException("Cannot write to run " + run.id() + ": it is " + run.status());
        }
        if (run.status() == RunStatus.KILLED && wish.status().isEmpty()) {
            throw new ConflictException("Cannot write to run " + run.id() + ": it is KILLED, resume it first");
        }
        requireSame(run, wish);
        RunEvent fresh = fresh(run, wish);
        requireRoom(run, fresh);
        return fresh.equals(RunEvent.NOTHING) ? Optional.empty() : Optional.of(Json.write(fresh));
    }

    private static void requireSame(RunRecord run, RunEvent wish) {
        wish.parameters().forEach((name, value) -> {
            String old = run.parameters().get(name);
            if (old != null && !old.equals(value)) {
                throw new AlreadyExistsException("Cannot write parameter " + name + " of run " + run.id()
                        + ": it has another value, and parameters are written once");
            }
        });
        for (Artifact artifact : wish.artifacts()) {
            Artifact old = run.artifacts().get(artifact.name());
            if (old != null && !old.equals(artifact)) {
                throw new AlreadyExistsException("Cannot store artifact " + artifact.name() + " of run " + run.id()
                        + ": there is one with " + old.digest() + ", this one has " + artifact.digest());
            }
        }
    }

    /** What is new; metrics always are, as an older value may stand at their step. */
    private static RunEvent fresh(RunRecord run, RunEvent wish) {
        boolean changes = wish.status().isPresent() && !wish.status().equals(Optional.of(run.status()));
        RunEvent fresh = RunEvent.NOTHING
                .withParameters(without(wish.parameters(), run.parameters()))
                .withTags(without(wish.tags(), run.tags()))
                .withMetrics(wish.metrics())
                .withInputs(wish.inputs().stream()
                        .filter(input -> !run.inputs().contains(input))
                        .toList())
                .withArtifacts(wish.artifacts().stream()
                        .filter(artifact -> !run.artifacts().containsKey(artifact.name()))
                        .toList());
        if (!changes) {
            return fresh;
        }
        RunEvent changed = fresh.withStatus(wish.status());
        return wish.reason().map(changed::withReason).orElse(changed);
    }

    private static Map<String, String> without(Map<String, String> wish, Map<String, String> there) {
        Map<String, String> left = new TreeMap<>(wish);
        left.entrySet().removeAll(there.entrySet());
        return left;
    }

    private static void requireRoom(RunRecord run, RunEvent fresh) {
        Limits.room("parameters", run.parameters().size() + fresh.parameters().size(), Tracker.MAX_ENTRIES);
        Limits.room("inputs", run.inputs().size() + fresh.inputs().size(), Tracker.MAX_ENTRIES);
        Limits.room("artifacts", run.artifacts().size() + fresh.artifacts().size(), Tracker.MAX_ENTRIES);
        long newTags = fresh.tags().keySet().stream()
                .filter(key -> !run.tags().containsKey(key))
                .count();
        Limits.room("tags", run.tags().size() + (int) newTags, Tracker.MAX_ENTRIES);
        List<String> newMetrics = fresh.metrics().stream()
                .map(RunEvent.Point::name)
                .filter(name -> !run.metrics().containsKey(name))
                .distinct()
                .toList();
        Limits.room("metrics", run.metrics().size() + newMetrics.size(), Tracker.MAX_ENTRIES);
    }
}
