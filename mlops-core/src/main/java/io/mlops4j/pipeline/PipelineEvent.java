package io.mlops4j.pipeline;

import io.mlops4j.gate.Candidate;
import io.mlops4j.internal.json.EventCodec;
import io.mlops4j.model.Digest;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What happened to a run, as its journal holds it. The names and fields are a format: add, but do not rename.
 *
 * <p>Immutable.
 */
sealed interface PipelineEvent {
    /** Writes and reads events under their names. */
    EventCodec<PipelineEvent> CODEC = new EventCodec<>(Map.ofEntries(
            Map.entry("submitted", Submitted.class),
            Map.entry("claimed", Claimed.class),
            Map.entry("entered", Entered.class),
            Map.entry("judged", Judged.class),
            Map.entry("built", Built.class),
            Map.entry("waits", Waits.class),
            Map.entry("approved", Approved.class),
            Map.entry("turnTaken", TurnTaken.class),
            Map.entry("promotionBegun", PromotionBegun.class),
            Map.entry("rollbackOrdered", RollbackOrdered.class),
            Map.entry("rollbackRefused", RollbackRefused.class)));

    /** The id of the run. */
    String run();

    /** Changes the run. */
    void apply(PipelineRun.Draft run);

    /** An event that only the present owner of a run may write. */
    sealed interface Owned extends PipelineEvent {
        /** The number of the owner; see {@link PipelineRun#attempt()}. */
        long attempt();
    }

    /** The one event that makes a run. */
    record Submitted(String run, PromotionRequest request, Instant at) implements PipelineEvent {
        @Override
        public void apply(PipelineRun.Draft run) {
            throw new IllegalStateException("A run is submitted once");
        }
    }

    /** A new owner goes on with the run; whoever had it before can no longer write. */
    record Claimed(String run, long attempt) implements PipelineEvent {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.attempt = attempt;
        }
    }

    record Entered(String run, long attempt, PipelineState state, Optional<PipelineRun.Failure> failure, Instant at)
            implements Owned {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.enter(state, at);
            run.failure = failure;
        }
    }

    record Judged(String run, long attempt, Judgement judgement) implements Owned {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.judge(judgement);
        }
    }

    record Built(String run, long attempt, Candidate candidate, Optional<Digest> key, Optional<String> reusedFrom)
            implements Owned {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.candidate = Optional.of(candidate);
            run.stepKey = key;
            run.reusedFrom = reusedFrom;
        }
    }

    record Waits(String run, long attempt, String reason) implements Owned {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.waitingFor = Optional.of(reason);
        }
    }

    record Approved(String run, PipelineRun.Decision decision) implements PipelineEvent {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.approval = Optional.of(decision);
        }
    }

    record TurnTaken(String run, long attempt, Instant at) implements Owned {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.promotingSince = Optional.of(at);
            run.waitingFor = Optional.empty();
        }
    }

    record PromotionBegun(String run, long attempt, Optional<VersionId> previous) implements Owned {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.replaces = Optional.of(new PipelineRun.Replaced(previous));
        }
    }

    record RollbackOrdered(String run, long attempt, PipelineRun.Decision decision) implements PipelineEvent {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.attempt = attempt;
            run.rollback = Optional.of(decision);
        }
    }

    record RollbackRefused(String run, long attempt, String reason) implements Owned {
        @Override
        public void apply(PipelineRun.Draft run) {
            run.rollback = Optional.empty();
        }
    }
}
