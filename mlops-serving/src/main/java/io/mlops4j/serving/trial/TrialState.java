package io.mlops4j.serving.trial;

import io.mlops4j.model.Alias;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.store.CommitLog;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A rollout as its journal tells it, the same on every replica.
 *
 * <p>Immutable.
 *
 * @param id identifies it among those of its model
 * @param aliasName the alias that it may move
 * @param incumbent what the alias pointed at when it began
 * @param candidate what may take its place
 * @param plan how
 * @param state where it stands
 * @param startedAt when it began
 * @param before where the journal tells of it; null in a checkpoint that is older than this field
 * @param step counts from 0
 * @param share the candidate's share of the keys
 * @param stepAt when the step began
 * @param sizeBefore what all replicas had reported when the step began, in observations
 * @param requestsBefore what the candidate had been asked when the step began
 * @param decision the newest one
 * @param reason why it is paused or over
 * @param reports what each replica has seen; empty once it is over
 */
public record TrialState(
        String id,
        String aliasName,
        VersionId incumbent,
        VersionId candidate,
        StoredRollout plan,
        RolloutState state,
        Instant startedAt,
        CommitLog.@Nullable Position before,
        int step,
        double share,
        Instant stepAt,
        long sizeBefore,
        long requestsBefore,
        Optional<Decision> decision,
        Optional<String> reason,
        Map<String, Report> reports) {
    /** Copies the map. */
    public TrialState {
        reports = Collections.unmodifiableMap(new TreeMap<>(reports));
    }

    /** The alias that it may move. */
    public Alias alias() {
        return candidate.model().alias(aliasName);
    }

    /** How it goes. */
    public Rollout rollout() {
        return plan.rollout();
    }

    Report seen() {
        return Report.together(reports.values());
    }

    /** What the candidate was asked since the step began. */
    long requestsInStep() {
        return seen().candidate().requests() - requestsBefore;
    }

    TrialState with(String replica, Report report) {
        var more = new TreeMap<>(reports);
        more.put(replica, report);
        return copy(state, step, share, stepAt, sizeBefore, requestsBefore, decision, reason, more);
    }

    TrialState with(Decision made) {
        return copy(state, step, share, stepAt, sizeBefore, requestsBefore, Optional.of(made), reason, reports);
    }

    TrialState at(double part) {
        return copy(state, step, part, stepAt, sizeBefore, requestsBefore, decision, reason, reports);
    }

    TrialState inStep(int next, double part, Instant at) {
        Report seen = seen();
        return copy(state, next, part, at, seen.size(), seen.candidate().requests(), decision, reason, reports);
    }

    TrialState in(RolloutState next, Optional<String> why) {
        return copy(
                next,
                step,
                share,
                stepAt,
                sizeBefore,
                requestsBefore,
                decision,
                why,
                next.isFinal() ? Map.of() : reports);
    }

    private TrialState copy(
            RolloutState inState,
            int inStep,
            double part,
            Instant since,
            long size,
            long requests,
            Optional<Decision> made,
            Optional<String> why,
            Map<String, Report> seen) {
        return new TrialState(
                id, aliasName, incumbent, candidate, plan, inState, startedAt, before, inStep, part, since, size,
                requests, made, why, seen);
    }
}
