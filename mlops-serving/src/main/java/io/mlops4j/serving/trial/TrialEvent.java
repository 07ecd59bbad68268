package io.mlops4j.serving.trial;

import io.mlops4j.internal.json.EventCodec;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.RolloutEntry;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.store.CommitLog;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What happened to a rollout, as its journal holds it. The names and fields are a format: add, but do not rename.
 *
 * <p>Immutable.
 */
sealed interface TrialEvent {
    /** Who acts if nobody has told the rollout to. */
    String ACTOR = "rollout";

    /** Writes and reads events under their names. */
    EventCodec<TrialEvent> CODEC = new EventCodec<>(Map.of(
            "started", Started.class,
            "reported", Reported.class,
            "judged", Judged.class,
            "stepped", Stepped.class,
            "shared", Shared.class,
            "decided", Decided.class,
            "paused", Paused.class,
            "resumed", Resumed.class,
            "ended", Ended.class));

    /** The id of the rollout. */
    String rollout();

    /** What it makes of the rollout. */
    TrialState apply(TrialState before);

    /** What a history says of it, as it left the rollout; nothing of what was only seen. */
    default Optional<RolloutEntry> entry(TrialState after) {
        return Optional.empty();
    }

    private static Optional<RolloutEntry> entry(TrialState after, Decision decision) {
        return Optional.of(new RolloutEntry(
                decision.at(), after.state(), after.share(), decision.reason(), ACTOR, Optional.of(decision)));
    }

    /** The one event that makes a rollout. */
    record Started(
            String rollout,
            String alias,
            VersionId incumbent,
            VersionId candidate,
            StoredRollout plan,
            double share,
            Instant at)
            implements TrialEvent {
        @Override
        public TrialState apply(TrialState before) {
            throw new IllegalStateException("A rollout is started once");
        }

        TrialState state(CommitLog.Position before) {
            return new TrialState(
                    rollout,
                    alias,
                    incumbent,
                    candidate,
                    plan,
                    RolloutState.RUNNING,
                    at,
                    before,
                    0,
                    share,
                    at,
                    0,
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    Map.of());
        }
    }

    /** What a replica has seen since the rollout began; replaces what it reported before. */
    record Reported(String rollout, String replica, Report report) implements TrialEvent {
        @Override
        public TrialState apply(TrialState before) {
            return before.with(replica, report);
        }
    }

    /** The verdict has changed, and nothing else. */
    record Judged(String rollout, Decision decision) implements TrialEvent {
        @Override
        public TrialState apply(TrialState before) {
            return before.with(decision);
        }

        @Override
        public Optional<RolloutEntry> entry(TrialState after) {
            return TrialEvent.entry(after, decision);
        }
    }

    /** The share has changed within a step. */
    record Shared(String rollout, double share, Decision decision) implements TrialEvent {
        @Override
        public TrialState apply(TrialState before) {
            return before.with(decision).at(share);
        }

        @Override
        public Optional<RolloutEntry> entry(TrialState after) {
            return TrialEvent.entry(after, decision);
        }
    }

    /** A new step has begun. */
    record Stepped(String rollout, int step, double share, Decision decision) implements TrialEvent {
        @Override
        public TrialState apply(TrialState before) {
            return before.with(decision).inStep(step, share, decision.at());
        }

        @Override
        public Optional<RolloutEntry> entry(TrialState after) {
            return TrialEvent.entry(after, decision);
        }
    }

    /** The candidate shall be promoted; whoever reads this moves the alias. */
    record Decided(String rollout, Decision decision) implements TrialEvent {
        @Override
        public TrialState apply(TrialState before) {
            return before.with(decision).in(RolloutState.PROMOTING, Optional.empty());
        }

        @Override
        public Optional<RolloutEntry> entry(TrialState after) {
            return TrialEvent.entry(after, decision);
        }
    }

    record Paused(String rollout, String reason, String actor, Instant at) implements TrialEvent {
        @Override
        public TrialState apply(TrialState before) {
            return before.in(RolloutState.PAUSED, Optional.of(reason));
        }

        @Override
        public Optional<RolloutEntry> entry(TrialState after) {
            return Optional.of(new RolloutEntry(at, after.state(), after.share(), reason, actor, Optional.empty()));
        }
    }

    record Resumed(String rollout, String reason, String actor, Instant at) implements TrialEvent {
        @Override
        public TrialState apply(TrialState before) {
            return before.in(RolloutState.RUNNING, Optional.empty());
        }

        @Override
        public Optional<RolloutEntry> entry(TrialState after) {
            return Optional.of(new RolloutEntry(at, after.state(), after.share(), reason, actor, Optional.empty()));
        }
    }

    record Ended(
            String rollout, RolloutState state, Optional<Decision> decision, String reason, String actor, Instant at)
            implements TrialEvent {
        @Override
        public TrialState apply(TrialState before) {
            return decision.map(before::with).orElse(before).in(state, Optional.of(reason));
        }

        @Override
        public Optional<RolloutEntry> entry(TrialState after) {
            return Optional.of(new RolloutEntry(at, state, after.share(), reason, actor, decision));
        }
    }
}
