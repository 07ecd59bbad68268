package io.mlops4j.serving.trial;

import io.mlops4j.gate.Evidence;
import io.mlops4j.serving.rollout.AbTest;
import io.mlops4j.serving.rollout.AllAtOnce;
import io.mlops4j.serving.rollout.Bandit;
import io.mlops4j.serving.rollout.Canary;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Shadow;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What happens next in a rollout: a plain function of what the journal says and of the time, so that whichever replica asks
 * first, the answer is the same.
 */
final class Course {
    /** A bandit's share moves in steps, so that it is not a new event every time. */
    private static final double SMALLEST_STEP = 0.02;

    private final TrialState trial;
    private final Instant now;

    private Course(TrialState trial, Instant now) {
        this.trial = trial;
        this.now = now;
    }

    /** The candidate's share of the keys when a rollout begins. */
    static double firstShare(Rollout rollout) {
        if (rollout instanceof Canary canary) {
            return canary.steps().get(0);
        }
        if (rollout instanceof AbTest test) {
            return test.share();
        }
        return rollout instanceof Bandit ? 0.5 : 0;
    }

    /** The next event, or empty if there is nothing new to say. */
    static Optional<TrialEvent> next(TrialState trial, Instant now) {
        return trial.state() == RolloutState.RUNNING || trial.state() == RolloutState.PAUSED
                ? new Course(trial, now).next()
                : Optional.empty();
    }

    private Optional<TrialEvent> next() {
        Rollout rollout = trial.rollout();
        if (rollout instanceof AllAtOnce) {
            return isPaused() ? Optional.empty() : Optional.of(new TrialEvent.Decided(trial.id(), allAtOnce()));
        }
        Decision decision = new Findings(rollout.guardrails(), trial.seen()).decide(now);
        if (decision.kind() == Decision.Kind.ROLL_BACK) {
            return Optional.of(end(decision));
        }
        if (isPaused()) {
            return judged(decision);
        }
        if (rollout instanceof Canary canary) {
            return canary(canary, decision);
        }
        if (rollout instanceof Shadow shadow) {
            return promoteIf(decision, trial.requestsInStep() >= shadow.minSamples());
        }
        return rollout instanceof AbTest test ? abTest(test, decision) : bandit((Bandit) rollout, decision);
    }

    private boolean isPaused() {
        return trial.state() == RolloutState.PAUSED;
    }

    private Decision allAtOnce() {
        return new Decision(Decision.Kind.PROMOTE, "all at once: nothing is compared", Evidence.none(), now);
    }

    private Optional<TrialEvent> canary(Canary canary, Decision decision) {
        // A step without a request has no data of its own, whatever the steps before have shown.
        Decision inStep = trial.requestsInStep() == 0 && trial.step() > 0 ? noData(decision) : decision;
        boolean done = trial.requestsInStep() >= canary.minSamples() && isOver(canary.hold());
        if (!done || inStep.kind() == Decision.Kind.NO_DATA) {
            return judged(inStep.kind() == Decision.Kind.PROMOTE ? hold(inStep, "the step is not over") : inStep);
        }
        int next = trial.step() + 1;
        return next < canary.steps().size()
                ? Optional.of(
                        new TrialEvent.Stepped(trial.id(), next, canary.steps().get(next), decision))
                : promoteIf(decision, true);
    }

    private Optional<TrialEvent> abTest(AbTest test, Decision decision) {
        boolean over = isOver(test.length());
        boolean enough = trial.requestsInStep() >= test.minSamples();
        if (over && enough && decision.kind() == Decision.Kind.HOLD) {
            return Optional.of(end(new Decision(
                    Decision.Kind.ROLL_BACK, "the time is over, and " + decision.reason(), decision.evidence(), now)));
        }
        return promoteIf(decision, enough && (over || test.promotion() == AbTest.Promotion.AS_SOON_AS_SHOWN));
    }

    private Optional<TrialEvent> bandit(Bandit bandit, Decision decision) {
        if (decision.kind() == Decision.Kind.PROMOTE && trial.requestsInStep() >= bandit.minSamples()) {
            return promoteIf(decision, true);
        }
        double share = banditShare(bandit, trial.seen());
        boolean settled = Math.abs(share - trial.share()) < SMALLEST_STEP;
        // The step stays the same, so that the samples of all shares add up.
        return settled ? judged(decision) : Optional.of(new TrialEvent.Shared(trial.id(), share, decision));
    }

    static double banditShare(Bandit bandit, Report seen) {
        Report.Count a = seen.candidate();
        Report.Count b = seen.incumbent();
        double odds = bandit.reward() == Bandit.Reward.OUTCOME
                ? BetaOdds.exceeds(a.right(), a.wrong(), b.right(), b.wrong())
                : BetaOdds.exceeds(a.answered(), a.failed(), b.answered(), b.failed());
        return Math.max(bandit.floor(), Math.min(1 - bandit.floor(), odds));
    }

    private boolean isOver(Duration time) {
        return Duration.between(trial.stepAt(), now).compareTo(time) >= 0; // the sum might be no instant
    }

    private Optional<TrialEvent> promoteIf(Decision decision, boolean allowed) {
        if (decision.kind() != Decision.Kind.PROMOTE) {
            return judged(decision);
        }
        return allowed
                ? Optional.of(new TrialEvent.Decided(trial.id(), decision))
                : judged(hold(decision, "no worse so far, but not over"));
    }

    private Decision hold(Decision decision, String reason) {
        return new Decision(Decision.Kind.HOLD, reason, decision.evidence(), now);
    }

    private Decision noData(Decision decision) {
        return new Decision(Decision.Kind.NO_DATA, "no request in this step", decision.evidence(), now);
    }

    private TrialEvent end(Decision decision) {
        return new TrialEvent.Ended(
                trial.id(), RolloutState.ROLLED_BACK, Optional.of(decision), decision.reason(), TrialEvent.ACTOR, now);
    }

    /** A verdict is written down when it differs from the one before, in kind or reason. */
    private Optional<TrialEvent> judged(Decision decision) {
        boolean known = trial.decision()
                .filter(last -> last.kind() == decision.kind() && last.reason().equals(decision.reason()))
                .isPresent();
        return known ? Optional.empty() : Optional.of(new TrialEvent.Judged(trial.id(), decision));
    }
}
