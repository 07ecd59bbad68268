package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.gate.Candidate;
import io.mlops4j.model.Digest;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One run of a {@link PromotionPipeline}, as its journal has it.
 *
 * <p>Immutable.
 *
 * @param request what was asked for
 * @param state where the run is
 * @param visits the states it passed, in order, the present one last
 * @param judgements what the gates said, the last word of each gate, in the order of first asking
 * @param candidate what was built
 * @param stepKey the content key of the build; empty if its result is not to be reused
 * @param reusedFrom the earlier run whose build was reused
 * @param approval who approved it
 * @param promotingSince when it took its turn to change what serves
 * @param replaces what it promotes over, from the moment its promotion began
 * @param failure why it failed
 * @param rollback who ordered it back; while the state is PROMOTED, the rollback is under way
 * @param waitingFor what an unfinished run waits for
 * @param attempt counts the owners that worked on it, 1 for a run that was never interrupted; the last one alone may
 *     write
 */
public record PipelineRun(
        PromotionRequest request,
        PipelineState state,
        List<Visit> visits,
        List<Judgement> judgements,
        Optional<Candidate> candidate,
        Optional<Digest> stepKey,
        Optional<String> reusedFrom,
        Optional<Decision> approval,
        Optional<Instant> promotingSince,
        Optional<Replaced> replaces,
        Optional<Failure> failure,
        Optional<Decision> rollback,
        Optional<String> waitingFor,
        long attempt) {
    /** Copies the lists. */
    public PipelineRun {
        requireNonNull(request, "request");
        requireNonNull(state, "state");
        visits = List.copyOf(visits);
        judgements = List.copyOf(judgements);
        requireNonNull(candidate, "candidate");
        requireNonNull(stepKey, "stepKey");
        requireNonNull(reusedFrom, "reusedFrom");
        requireNonNull(approval, "approval");
        requireNonNull(promotingSince, "promotingSince");
        requireNonNull(replaces, "replaces");
        requireNonNull(failure, "failure");
        requireNonNull(rollback, "rollback");
        requireNonNull(waitingFor, "waitingFor");
    }

    /** How a run stands. */
    public enum Status {
        /** Under way, or cut off and to be resumed. */
        RUNNING,
        /** Waits for something named in {@link PipelineRun#waitingFor()}; resume it later. */
        WAITING,
        /** Its candidate was promoted. */
        PROMOTED,
        /** It ended without promotion; see {@link PipelineRun#failure()}. */
        FAILED,
        /** Its candidate was promoted and taken back. */
        ROLLED_BACK
    }

    /**
     * A state and when it was entered.
     *
     * <p>Immutable.
     *
     * @param state the state
     * @param at by the pipeline's clock
     */
    public record Visit(PipelineState state, Instant at) {
        /** Checks that both are there. */
        public Visit {
            requireNonNull(state, "state");
            requireNonNull(at, "at");
        }
    }

    /**
     * Why a run failed.
     *
     * <p>Immutable.
     *
     * @param during the state that it was in
     * @param what the guard that objected, the class of the error, or {@code rejected}
     * @param reason for people; text from outside is escaped
     */
    public record Failure(PipelineState during, String what, String reason) {
        /** Checks that all is there. */
        public Failure {
            requireNonNull(during, "during");
            requireNonNull(what, "what");
            requireNonNull(reason, "reason");
        }
    }

    /**
     * What a person or an automaton decided about a run.
     *
     * <p>Immutable.
     *
     * @param reason why
     * @param actor who
     * @param at when
     */
    public record Decision(String reason, String actor, Instant at) {
        /** Checks that all is there. */
        public Decision {
            requireNonNull(reason, "reason");
            requireNonNull(actor, "actor");
            requireNonNull(at, "at");
        }
    }

    /**
     * What a promotion replaces.
     *
     * <p>Immutable.
     *
     * @param previous what served when the promotion began; empty for a first promotion
     */
    public record Replaced(Optional<VersionId> previous) {
        /** Checks that it is there. */
        public Replaced {
            requireNonNull(previous, "previous");
        }
    }

    /**
     * Identifies the run within its model.
     *
     * @return the request's id
     */
    public String id() {
        return request.id();
    }

    /**
     * How the run stands.
     *
     * @return derived from the state and from what it waits for
     */
    public Status status() {
        return switch (state) {
            case PROMOTED -> Status.PROMOTED;
            case FAILED -> Status.FAILED;
            case ROLLBACK -> Status.ROLLED_BACK;
            default -> waitingFor.isPresent() ? Status.WAITING : Status.RUNNING;
        };
    }

    /**
     * The last word of a gate.
     *
     * @param stage CI_RUNNING or STAGING_EVAL
     * @param gate the gate's name
     * @return empty if it was not asked yet
     */
    public Optional<Judgement> judgement(PipelineState stage, String gate) {
        return judgements.stream()
                .filter(judgement ->
                        judgement.stage() == stage && judgement.gate().equals(gate))
                .findFirst();
    }

    /** Whether this run alone may change what serves, until it is done. */
    boolean holdsTurn() {
        return (promotingSince.isPresent() && !state.isFinal()) || mustRollBack();
    }

    boolean mustRollBack() {
        return state == PipelineState.PROMOTED && rollback.isPresent();
    }

    boolean isUnfinished() {
        return !state.isFinal() || mustRollBack();
    }

    static PipelineRun submitted(PromotionRequest request, Instant at) {
        return new Draft(request, at).build();
    }

    Draft draft() {
        return new Draft(this);
    }

    /** A run that is being changed by one event. Confined to one thread. */
    static final class Draft {
        private final PromotionRequest request;
        private final List<Visit> visits;
        private final List<Judgement> judgements;
        PipelineState state;
        Optional<Candidate> candidate = Optional.empty();
        Optional<Digest> stepKey = Optional.empty();
        Optional<String> reusedFrom = Optional.empty();
        Optional<Decision> approval = Optional.empty();
        Optional<Instant> promotingSince = Optional.empty();
        Optional<Replaced> replaces = Optional.empty();
        Optional<Failure> failure = Optional.empty();
        Optional<Decision> rollback = Optional.empty();
        Optional<String> waitingFor = Optional.empty();
        long attempt = 1;

        private Draft(PromotionRequest request, Instant at) {
            this.request = request;
            state = PipelineState.IDLE;
            visits = List.of(new Visit(state, at));
            judgements = List.of();
        }

        private Draft(PipelineRun run) {
            request = run.request;
            state = run.state;
            visits = new ArrayList<>(run.visits);
            judgements = new ArrayList<>(run.judgements);
            candidate = run.candidate;
            stepKey = run.stepKey;
            reusedFrom = run.reusedFrom;
            approval = run.approval;
            promotingSince = run.promotingSince;
            replaces = run.replaces;
            failure = run.failure;
            rollback = run.rollback;
            waitingFor = run.waitingFor;
            attempt = run.attempt;
        }

        void enter(PipelineState next, Instant at) {
            state = next;
            visits.add(new Visit(next, at));
            waitingFor = Optional.empty();
        }

        void judge(Judgement judgement) {
            for (int i = 0; i < judgements.size(); i++) {
                if (judgements.get(i).sameQuestion(judgement)) {
                    judgements.set(i, judgement);
                    return;
                }
            }
            judgements.add(judgement);
        }

        PipelineRun build() {
            return new PipelineRun(
                    request,
                    state,
                    visits,
                    judgements,
                    candidate,
                    stepKey,
                    reusedFrom,
                    approval,
                    promotingSince,
                    replaces,
                    failure,
                    rollback,
                    waitingFor,
                    attempt);
        }
    }
}
