package io.mlops4j.serving.trial;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Replica;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;

/**
 * The journal of a model's rollouts: the log {@code rollouts/<model>}. Every rule that must hold between replicas is checked
 * here, on the newest history and in the same step as the write: one rollout a model at a time, nothing after its end.
 *
 * <p>Thread-safe.
 */
public final class TrialJournal {
    private final ModelName model;
    private final Clock clock;
    private final Replica<TrialHistory> replica;

    /** Opens a model's journal. */
    public TrialJournal(ModelName model, ObjectStore store, Clock clock) {
        this.model = model;
        this.clock = clock;
        replica = Replica.open(CommitLog.open(store, "rollouts/" + model, clock), TrialHistory.FOLD);
    }

    /** The rollout that is under way, as the store knows it now. */
    public Optional<TrialState> current() {
        return replica.refresh().current();
    }

    /**
     * Begins a rollout, or takes part in the one that is under way if it is the same.
     *
     * @throws ConflictException if another one is under way
     */
    public TrialState start(Alias alias, VersionId incumbent, VersionId candidate, Rollout rollout) {
        var plan = StoredRollout.of(rollout);
        TrialHistory after = replica.update(history -> {
            Optional<TrialState> there = history.current();
            if (there.isEmpty()) {
                var event = new TrialEvent.Started(
                        candidate + "-" + (history.started() + 1),
                        alias.name(),
                        incumbent,
                        candidate,
                        plan,
                        Course.firstShare(rollout),
                        clock.instant());
                return Optional.of(TrialEvent.CODEC.write(event));
            }
            requireSame(there.get(), alias, candidate, plan);
            return Optional.empty();
        });
        return after.current().orElseThrow(() -> new ConflictException("Rollout of " + candidate + " is over already"));
    }

    private static void requireSame(TrialState there, Alias alias, VersionId candidate, StoredRollout plan) {
        if (!there.alias().equals(alias)
                || !there.candidate().equals(candidate)
                || !there.plan().equals(plan)) {
            throw new ConflictException("Cannot roll out " + candidate + " to " + alias + ": rollout " + there.id()
                    + " to " + there.alias() + " is under way, expected its end or the same one again");
        }
    }

    TrialState refresh(String id) {
        return require(replica.refresh(), id);
    }

    /** Adds what a decision on the newest state says, unless the rollout is over. */
    TrialState update(String id, Function<TrialState, Optional<TrialEvent>> decision) {
        TrialHistory after = replica.update(history -> Optional.of(require(history, id))
                .filter(trial -> !trial.state().isFinal())
                .flatMap(decision)
                .map(TrialEvent.CODEC::write));
        return require(after, id);
    }

    private TrialState require(TrialHistory history, String id) {
        return history.find(id)
                .orElseThrow(() -> new NotFoundException("Journal of rollouts of " + model + " has no rollout " + id));
    }
}
