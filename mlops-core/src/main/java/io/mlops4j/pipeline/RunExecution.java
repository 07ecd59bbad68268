package io.mlops4j.pipeline;

import static io.mlops4j.pipeline.PipelineState.BUILD;
import static io.mlops4j.pipeline.PipelineState.CI_RUNNING;
import static io.mlops4j.pipeline.PipelineState.CT_QUEUED;
import static io.mlops4j.pipeline.PipelineState.FAILED;
import static io.mlops4j.pipeline.PipelineState.IDLE;
import static io.mlops4j.pipeline.PipelineState.PROMOTED;
import static io.mlops4j.pipeline.PipelineState.ROLLBACK;
import static io.mlops4j.pipeline.PipelineState.STAGING_EVAL;
import static io.mlops4j.pipeline.PipelineState.TRIGGERED;

import io.mlops4j.ConflictException;
import io.mlops4j.MlopsException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.gate.Candidate;
import io.mlops4j.gate.Gate;
import io.mlops4j.gate.GateContext;
import io.mlops4j.gate.Verdict;
import io.mlops4j.internal.Text;
import io.mlops4j.model.Digest;
import io.mlops4j.model.VersionId;
import io.mlops4j.pipeline.PipelineRun.Failure;
import io.mlops4j.registry.PromotionRefusedException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One owner's work on one run, from where the journal says it is.
 *
 * <p>Confined to one thread at a time.
 */
final class RunExecution {
    /*
     * In each state: do what is still to be done, journal each result as it comes, then move on. The journal is the
     * only memory: an execution that starts anew from any prefix of the journal ends in the same state. What is done
     * but not yet journaled is done again, with the same idempotency key. Three kinds of trouble differ:
     *   - the journal cannot be written, or somebody else owns the run: the exception goes to the caller, and the run
     *     stays where it is;
     *   - the thread is interrupted, or a step does not know whether it succeeded: likewise;
     *   - a step fails: that is a result; the run moves to FAILED.
     */
    static final StateMachine<PipelineState, RunExecution> MACHINE = machine();
    private static final Logger LOG = LoggerFactory.getLogger(RunExecution.class);

    private final PipelinePlan plan;
    private final PipelineJournal journal;
    private final Session<PipelineState, RunExecution> session;
    private PipelineRun run;
    private Optional<Failure> failure = Optional.empty();

    RunExecution(PipelinePlan plan, PipelineJournal journal, PipelineRun claimed) {
        this.plan = plan;
        this.journal = journal;
        this.run = claimed;
        this.session = MACHINE.session(claimed.state(), this, plan.meters());
    }

    private static StateMachine<PipelineState, RunExecution> machine() {
        var builder = StateMachine.<PipelineState, RunExecution>named("promotion", IDLE)
                .transition(IDLE, TRIGGERED, new Guard<>("commit-id", RunExecution::missingCommit))
                .transition(TRIGGERED, CI_RUNNING)
                .transition(CI_RUNNING, BUILD, new Guard<>("ci-gates", e -> e.objection(CI_RUNNING)))
                .transition(BUILD, STAGING_EVAL, new Guard<>("candidate", RunExecution::missingCandidate))
                .transition(STAGING_EVAL, CT_QUEUED, new Guard<>("staging-gates", e -> e.objection(STAGING_EVAL)))
                .transition(CT_QUEUED, PROMOTED, new Guard<>("approval", RunExecution::missingApproval))
                .transition(PROMOTED, ROLLBACK)
                .transition(IDLE, FAILED)
                .transition(TRIGGERED, FAILED)
                .transition(CI_RUNNING, FAILED)
                .transition(BUILD, FAILED)
                .transition(STAGING_EVAL, FAILED)
                .transition(CT_QUEUED, FAILED)
                .failingTo(FAILED);
        for (PipelineState state : PipelineState.values()) {
            if (state != IDLE) {
                builder.onEntry(state, (move, execution) -> execution.entered(move));
            }
        }
        return builder.build();
    }

    private Optional<String> missingCommit() {
        return run.request().commitId().isBlank() ? Optional.of("the request has no commit id") : Optional.empty();
    }

    private Optional<String> missingCandidate() {
        return run.candidate().isEmpty() ? Optional.of("the build gave no candidate") : Optional.empty();
    }

    private Optional<String> missingApproval() {
        return plan.approval() == PipelinePlan.Approval.REQUIRED
                        && run.approval().isEmpty()
                ? Optional.of("nobody approved it")
                : Optional.empty();
    }

    /** The first gate of a stage that did not pass. */
    private Optional<String> objection(PipelineState stage) {
        for (Gate gate : plan.gates(stage)) {
            Optional<Judgement> judgement = run.judgement(stage, gate.name());
            if (judgement.isEmpty()) {
                return Optional.of("gate " + gate.name() + " was not asked");
            }
            if (judgement.get().kind() != Verdict.Kind.PASS) {
                return Optional.of("gate " + gate.name() + " says "
                        + judgement.get().kind() + ": " + judgement.get().reason());
            }
        }
        return Optional.empty();
    }

    private void entered(Transition<PipelineState> move) {
        Optional<Failure> why = move.refusal()
                .map(refusal -> new Failure(move.from(), refusal.guard(), refusal.reason()))
                .or(() -> failure);
        run = journal.append(new PipelineEvent.Entered(
                run.id(), run.attempt(), move.reached(), why, plan.clock().instant()));
        for (PipelineListener listener : plan.listeners()) {
            try {
                listener.onMove(move, run);
            } catch (RuntimeException e) {
                LOG.warn("A listener of the pipeline of {} failed on {}", plan.model(), move.reached(), e);
            }
        }
    }

    /** Works until the run is finished or must wait. */
    PipelineRun go() throws InterruptedException {
        while (run.isUnfinished()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (run.mustRollBack()) {
                return rollBack();
            }
            Optional<String> wait = workOrFail();
            if (wait.isPresent()) {
                return waitFor(wait.get());
            }
            if (!session.state().isFinal()) {
                session.moveTo(next(session.state()));
            }
        }
        return run;
    }

    private static PipelineState next(PipelineState state) {
        return switch (state) {
            case IDLE -> TRIGGERED;
            case TRIGGERED -> CI_RUNNING;
            case CI_RUNNING -> BUILD;
            case BUILD -> STAGING_EVAL;
            case STAGING_EVAL -> CT_QUEUED;
            case CT_QUEUED -> PROMOTED;
            default -> throw new IllegalStateException("Nothing comes after " + state + " by itself");
        };
    }

    private PipelineRun waitFor(String reason) {
        if (!run.waitingFor().equals(Optional.of(reason))) {
            run = journal.append(new PipelineEvent.Waits(run.id(), run.attempt(), reason));
        }
        return run;
    }

    /** Does the work of the present state; says what to wait for, if that keeps the run from moving on. */
    private Optional<String> workOrFail() throws InterruptedException {
        return switch (session.state()) {
            case CI_RUNNING -> askGates(CI_RUNNING);
            case STAGING_EVAL -> judge();
            case BUILD -> {
                build();
                yield Optional.empty();
            }
            case CT_QUEUED -> promote();
            default -> Optional.empty();
        };
    }

    private Optional<String> judge() throws InterruptedException {
        Optional<String> open = askGates(STAGING_EVAL);
        VersionId candidate = run.candidate().orElseThrow().version();
        Optional<VersionId> told = attempt(() -> {
            plan.promotion().judged(run.id(), candidate, run.judgements());
            return candidate;
        });
        return told.isPresent() ? open : Optional.empty();
    }

    private Optional<String> askGates(PipelineState stage) throws InterruptedException {
        Optional<String> open = Optional.empty();
        for (Gate gate : plan.gates(stage)) {
            Optional<Judgement> settled = run.judgement(stage, gate.name())
                    .filter(judgement -> judgement.kind() != Verdict.Kind.INCONCLUSIVE);
            Judgement judgement = settled.isPresent() ? settled.get() : ask(stage, gate);
            if (judgement.kind() == Verdict.Kind.FAIL) {
                return Optional.empty();
            }
            if (judgement.kind() == Verdict.Kind.INCONCLUSIVE && plan.inconclusive() == Inconclusive.WAITS) {
                open = Optional.of("gate " + gate.name() + " needs " + judgement.samplesNeeded() + " more samples");
            }
        }
        return open;
    }

    private Judgement ask(PipelineState stage, Gate gate) throws InterruptedException {
        var context = new GateContext(
                plan.model(),
                run.id(),
                run.request().commitId(),
                run.candidate(),
                run.request().evidence());
        Verdict verdict = Gate.judge(gate, context);
        var judgement = Judgement.of(stage, gate.name(), verdict, plan.clock().instant());
        run = journal.append(new PipelineEvent.Judged(run.id(), run.attempt(), judgement));
        return judgement;
    }

    private void build() throws InterruptedException {
        if (run.candidate().isPresent()) {
            return;
        }
        var context = new StepContext(plan.model(), run.request(), plan.idempotencyKey(run.id(), BUILD));
        Optional<Optional<Digest>> key = attempt(() -> plan.build().contentKey(context));
        if (key.isEmpty()) {
            return;
        }
        Optional<PipelineRun> earlier = key.get().flatMap(journal.refresh()::built);
        Optional<Candidate> candidate = earlier.isPresent()
                ? earlier.get().candidate()
                : attempt(() -> plan.build().run(context));
        candidate.ifPresent(built -> run = journal.append(
                new PipelineEvent.Built(run.id(), run.attempt(), built, key.get(), earlier.map(PipelineRun::id))));
    }

    /** Work of the host that may fail. */
    private interface Work<T> {
        T run() throws Exception;
    }

    /** Does work of the host; empty if it failed, and the run with it. */
    private <T> Optional<T> attempt(Work<T> work) throws InterruptedException {
        try {
            return Optional.of(work.run());
        } catch (InterruptedException | OutcomeUnknownException e) {
            throw e;
        } catch (Exception | AssertionError | LinkageError | StackOverflowError e) {
            fail(e);
            return Optional.empty();
        }
    }

    private void fail(Throwable error) throws InterruptedException {
        requireNotInterrupted(error);
        failure = Optional.of(why(error));
        session.moveTo(FAILED);
    }

    private Failure why(Throwable error) {
        if (error instanceof PromotionRefusedException refused) {
            // All of it, as each requirement is something to be done; nothing in it needs to be escaped.
            return new Failure(session.state(), "policy", refused.report().toString());
        }
        return new Failure(session.state(), error.getClass().getName(), Text.quote(String.valueOf(error.getMessage())));
    }

    /** I/O that is interrupted fails in many ways; the flag tells. */
    private static void requireNotInterrupted(Throwable error) throws InterruptedException {
        if (Thread.interrupted()) {
            var interrupted = new InterruptedException("The step was interrupted");
            interrupted.initCause(error);
            throw interrupted;
        }
    }

    private Optional<String> promote() throws InterruptedException {
        if (missingApproval().isPresent()) {
            run = journal.find(run.id());
            if (missingApproval().isPresent()) {
                return Optional.of("an approval");
            }
        }
        if (run.promotingSince().isEmpty()) {
            run = journal.takeTurn(run);
            if (run.promotingSince().isEmpty()) {
                return Optional.of("its turn: another run is changing what serves");
            }
        }
        if (run.replaces().isEmpty()) {
            Optional<VersionId> previous = current();
            run = journal.append(new PipelineEvent.PromotionBegun(run.id(), run.attempt(), previous));
        }
        Optional<Exception> refusal = move(
                plan.promotion()::move,
                new Promotion.Move(
                        plan.idempotencyKey(run.id(), PROMOTED),
                        run.replaces().orElseThrow().previous(),
                        run.candidate().orElseThrow().version(),
                        run.request().reason(),
                        run.approval().map(PipelineRun.Decision::actor).orElse("pipeline")));
        if (refusal.isPresent()) {
            fail(refusal.get());
        }
        return Optional.empty();
    }

    private Optional<VersionId> current() throws InterruptedException {
        try {
            return plan.promotion().current();
        } catch (RuntimeException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new ConflictException("Cannot find out which version of " + plan.model() + " serves", e);
        }
    }

    private interface Mover {
        void move(Promotion.Move move) throws Exception;
    }

    /** Moves; says why not, if what serves is not the target of the move afterwards. */
    private Optional<Exception> move(Mover mover, Promotion.Move move) throws InterruptedException {
        try {
            mover.move(move);
            return Optional.empty();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            requireNotInterrupted(e);
            if (landed(move, e)) {
                return Optional.empty();
            }
            if (e instanceof OutcomeUnknownException unknown) {
                throw unknown;
            }
            return Optional.of(e);
        }
    }

    /** Whether a move that reported an error was made all the same. */
    private boolean landed(Promotion.Move move, Exception error) throws InterruptedException {
        try {
            return current().equals(Optional.of(move.to()));
        } catch (MlopsException e) {
            var unknown = new OutcomeUnknownException(
                    "Cannot tell whether " + move.to() + " serves: the move and the question for it failed", error);
            unknown.addSuppressed(e);
            throw unknown;
        }
    }

    private PipelineRun rollBack() throws InterruptedException {
        PipelineRun.Decision order = run.rollback().orElseThrow();
        VersionId from = run.candidate().orElseThrow().version();
        VersionId back = run.replaces().orElseThrow().previous().orElseThrow();
        Optional<Exception> refusal = move(
                plan.promotion()::rollBack,
                new Promotion.Move(
                        plan.idempotencyKey(run.id(), ROLLBACK),
                        Optional.of(from),
                        back,
                        order.reason(),
                        order.actor()));
        if (refusal.isPresent()) {
            String reason = Text.quote(String.valueOf(refusal.get().getMessage()));
            run = journal.append(new PipelineEvent.RollbackRefused(run.id(), run.attempt(), reason));
            throw new ConflictException(
                    "Cannot roll back run " + run.id() + " of " + plan.model() + " to " + back + ": " + reason,
                    refusal.get());
        }
        session.moveTo(ROLLBACK);
        return run;
    }

    /** Ends the run by a person's word. */
    PipelineRun reject(String reason, String actor) {
        failure = Optional.of(new Failure(session.state(), "rejected", reason + " (" + actor + ")"));
        session.moveTo(FAILED);
        return run;
    }

    PipelineRun run() {
        return run;
    }
}
