package io.mlops4j.serving.trial;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Fold;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The newest rollouts of one model, at most {@value #KEPT}, in the order in which they began. The log has all of them.
 *
 * <p>Immutable.
 *
 * @param started how many there were
 * @param trials the newest ones
 */
record TrialHistory(long started, List<TrialState> trials) {
    static final Fold<TrialHistory> FOLD = new OfEvents();

    private static final int KEPT = 100;

    TrialHistory {
        trials = List.copyOf(trials);
    }

    Optional<TrialState> find(String id) {
        return trials.stream().filter(trial -> trial.id().equals(id)).findFirst();
    }

    /** The one that is under way; there is one a model at most. */
    Optional<TrialState> current() {
        return trials.isEmpty()
                ? Optional.empty()
                : Optional.of(trials.get(trials.size() - 1))
                        .filter(trial -> !trial.state().isFinal());
    }

    Optional<TrialState> lastEnded() {
        return trials.stream().filter(trial -> trial.state().isFinal()).reduce((first, second) -> second);
    }

    /** From where the log is to be read to come to a commit first. */
    static CommitLog.Position before(Commit commit) {
        return new CommitLog.Position(commit.number() - 1, commit.previous());
    }

    static TrialEvent event(Commit commit) {
        return TrialEvent.CODEC.read("rollout event " + commit.number(), commit.event());
    }

    private static final class OfEvents implements Fold<TrialHistory> {
        @Override
        public TrialHistory empty() {
            return new TrialHistory(0, List.of());
        }

        @Override
        public TrialHistory apply(TrialHistory state, List<Commit> commits) {
            TrialHistory next = state;
            for (Commit commit : commits) {
                next = apply(next, commit);
            }
            return next;
        }

        private static TrialHistory apply(TrialHistory state, Commit commit) {
            TrialEvent event = event(commit);
            List<TrialState> trials = new ArrayList<>(state.trials);
            if (event instanceof TrialEvent.Started started) {
                trials.add(started.state(before(commit)));
                return new TrialHistory(
                        state.started + 1, trials.subList(Math.max(0, trials.size() - KEPT), trials.size()));
            }
            TrialState last = state.current()
                    .filter(trial -> trial.id().equals(event.rollout()))
                    .orElseThrow(() -> new CorruptionException("Cannot read a journal of rollouts: it has an event of "
                            + event.rollout() + ", which is not under way"));
            trials.set(trials.size() - 1, event.apply(last));
            return new TrialHistory(state.started, trials);
        }

        @Override
        public byte[] checkpoint(TrialHistory state) {
            return Json.write(state);
        }

        @Override
        public TrialHistory restore(byte[] checkpoint) {
            return Json.read("checkpoint of rollouts", checkpoint, TrialHistory.class);
        }
    }
}
