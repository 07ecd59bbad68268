package io.mlops4j.pipeline;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import io.mlops4j.store.Commit;
import io.mlops4j.store.Fold;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All runs of one model, in the order of submission, and the ids of those whose candidates stand, the one that serves
 * last.
 *
 * <p>Immutable.
 */
record PipelineHistory(Map<String, PipelineRun> runs, List<String> standing) {
    static final Fold<PipelineHistory> FOLD = new OfEvents();

    PipelineHistory {
        runs = Collections.unmodifiableMap(runs);
        standing = List.copyOf(standing);
    }

    Optional<PipelineRun> find(String id) {
        return Optional.ofNullable(runs.get(id));
    }

    /** The run that alone may change what serves. */
    Optional<PipelineRun> turnHolder() {
        return runs.values().stream().filter(PipelineRun::holdsTurn).findFirst();
    }

    Optional<PipelineRun> serving() {
        return standing.isEmpty() ? Optional.empty() : find(standing.get(standing.size() - 1));
    }

    /** The newest build with a key. */
    Optional<PipelineRun> built(Digest key) {
        return runs.values().stream()
                .filter(run -> run.stepKey().equals(Optional.of(key))
                        && run.candidate().isPresent())
                .reduce((older, newer) -> newer);
    }

    private static final class OfEvents implements Fold<PipelineHistory> {
        /** What a checkpoint holds: a list keeps the order that a JSON object would lose. */
        private record Snapshot(List<PipelineRun> runs, List<String> standing) {}

        @Override
        public PipelineHistory empty() {
            return new PipelineHistory(Map.of(), List.of());
        }

        @Override
        public PipelineHistory apply(PipelineHistory state, List<Commit> commits) {
            Map<String, PipelineRun> runs = new LinkedHashMap<>(state.runs);
            List<String> standing = new ArrayList<>(state.standing);
            for (Commit commit : commits) {
                var event = PipelineEvent.CODEC.read("pipeline event " + commit.number(), commit.event());
                PipelineRun run = next(runs, event);
                runs.put(run.id(), run);
                if (event instanceof PipelineEvent.Entered entered) {
                    stand(standing, entered);
                }
            }
            return new PipelineHistory(runs, standing);
        }

        private static PipelineRun next(Map<String, PipelineRun> runs, PipelineEvent event) {
            if (event instanceof PipelineEvent.Submitted submitted) {
                return PipelineRun.submitted(submitted.request(), submitted.at());
            }
            PipelineRun run = runs.get(event.run());
            if (run == null) {
                throw new CorruptionException(
                        "Cannot read a pipeline's journal: it has an event of run " + event.run() + " before the run");
            }
            PipelineRun.Draft draft = run.draft();
            event.apply(draft);
            return draft.build();
        }

        private static void stand(List<String> standing, PipelineEvent.Entered entered) {
            if (entered.state() == PipelineState.PROMOTED) {
                standing.add(entered.run());
            } else if (entered.state() == PipelineState.ROLLBACK) {
                standing.remove(entered.run());
            }
        }

        @Override
        public byte[] checkpoint(PipelineHistory state) {
            return Json.write(new Snapshot(List.copyOf(state.runs.values()), state.standing));
        }

        @Override
        public PipelineHistory restore(byte[] checkpoint) {
            var snapshot = Json.read("pipeline checkpoint", checkpoint, Snapshot.class);
            Map<String, PipelineRun> runs = new LinkedHashMap<>();
            snapshot.runs().forEach(run -> runs.put(run.id(), run));
            return new PipelineHistory(runs, snapshot.standing());
        }
    }
}
