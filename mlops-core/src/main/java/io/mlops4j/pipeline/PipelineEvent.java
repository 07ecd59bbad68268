package io.mlops4j.pipeline;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.mlops4j.gate.Candidate;
import io.mlops4j.model.Digest;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.Optional;

/**
 * What happened to a run, as its journal holds it. The names and fields are a format: add, but do not rename.
 *
 * <p>Immutable.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PipelineEvent.Submitted.class, name = "submitted"),
    @JsonSubTypes.Type(value = PipelineEvent.Claimed.class, name = "claimed"),
    @JsonSubTypes.Type(value = PipelineEvent.Entered.class, name = "entered"),
    @JsonSubTypes.Type(value = PipelineEvent.Judged.class, name = "judged"),
    @JsonSubTypes.Type(value = PipelineEvent.Built.class, name = "built"),
    @JsonSubTypes.Type(value = PipelineEvent.Waits.class, name = "waits"),
    @JsonSubTypes.Type(value = PipelineEvent.Approved.class, name = "approved"),
    @JsonSubTypes.Type(value = PipelineEvent.TurnTaken.class, name = "turnTaken"),
    @JsonSubTypes.Type(value = PipelineEvent.PromotionBegun.class, name = "promotionBegun"),
    @JsonSubTypes.Type(value = PipelineEvent.RollbackOrdered.class, name = "rollbackOrdered"),
    @JsonSubTypes.Type(value = PipelineEvent.RollbackRefused.class, name = "rollbackRefused")
})
sealed interface PipelineEvent {
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
