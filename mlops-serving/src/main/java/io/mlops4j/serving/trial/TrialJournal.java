package io.mlops4j.serving.trial;

import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutEntry;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Replica;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a model's rollouts: the log {@code rollouts/<model>}. Every rule that must hold between replicas is checked
 * here, on the newest history and in the same step as the write: one rollout a model at a time, nothing after its end.
 *
 * <p>Thread-safe.
 */
public final class TrialJournal {
    private static final int PAGE = 1000;

    private final ModelName model;
    private final Clock clock;
    private final CommitLog log;
    private final Replica<TrialHistory> replica;

    /** Opens a model's journal. */
    public TrialJournal(ModelName model, ObjectStore store, Clock clock) {
        this.model = model;
        this.clock = clock;
        log = CommitLog.open(store, "rollouts/" + model, clock);
        replica = Replica.open(log, TrialHistory.FOLD);
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

    /** The one that has ended last, as the store knows it now. */
    public Optional<TrialState> lastEnded() {
        return replica.refresh().lastEnded();
    }

    TrialState refresh(String id) {
        return require(replica.refresh(), id);
    }

    /** What was decided in a rollout, from the log itself: the states that are kept have only the newest decision. */
    List<RolloutEntry> history(String id) {
        List<RolloutEntry> entries = new ArrayList<>();
        Optional<TrialState> state = Optional.empty();
        CommitLog.Position position =
                replica.refresh().find(id).map(TrialState::before).orElse(CommitLog.Position.START);
        boolean over = false;
        for (List<Commit> page = log.read(position, PAGE); !over && !page.isEmpty(); page = log.read(position, PAGE)) {
            for (Commit commit : page) {
                TrialEvent event = TrialHistory.event(commit);
                if (event.rollout().equals(id)) {
                    state = Optional.of(next(state, event, commit));
                    state.flatMap(event::entry).ifPresent(entries::add);
                    over = state.get().state().isFinal();
                }
            }
            position = page.get(page.size() - 1).position();
        }
        return List.copyOf(entries);
    }

    private TrialState next(Optional<TrialState> before, TrialEvent event, Commit commit) {
        if (event instanceof TrialEvent.Started started) {
            return started.state(TrialHistory.before(commit));
        }
        return before.map(event::apply)
                .orElseThrow(() -> new CorruptionException("Cannot read the journal of rollouts of " + model
                        + ": it has an event of " + event.rollout() + ", which has not begun"));
    }

    /** Adds what a decision on the newest state says, unless the rollout is over. */
    Update update(String id, Function<TrialState, Optional<TrialEvent>> decision) {
        var written = new AtomicReference<@Nullable TrialEvent>();
        TrialHistory after = replica.update(history -> {
            Optional<TrialEvent> event = Optional.of(require(history, id))
                    .filter(trial -> !trial.state().isFinal())
                    .flatMap(decision);
            written.set(event.orElse(null)); // it is asked again if somebody else was first
            return event.map(TrialEvent.CODEC::write);
        });
        TrialState state = require(after, id);
        return new Update(state, Optional.ofNullable(written.get()).flatMap(event -> event.entry(state)));
    }

    /**
     * What became of a wish to write.
     *
     * <p>Immutable.
     *
     * @param state the newest one
     * @param entry what a history says of what was written; empty if nothing was, or nothing was decided with it
     */
    record Update(TrialState state, Optional<RolloutEntry> entry) {}

    private TrialState require(TrialHistory history, String id) {
        return history.find(id)
                .orElseThrow(() -> new NotFoundException("Journal of rollouts of " + model + " has no rollout " + id));
    }
}
