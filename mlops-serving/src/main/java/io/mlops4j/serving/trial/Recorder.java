package io.mlops4j.serving.trial;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.inference.Outcome;
import io.mlops4j.model.Value;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Signals;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * What comes in from the threads of requests is turned into losses outside the lock (a host's functions run there), and
 * settled under it: some hundred nanoseconds a guardrail. Nothing here grows with the number of requests: sums, the stakes of
 * the bets, and at most `KEPT` answers of a shadow, or ids, that wait for their outcome.
 */
/**
 * What this replica sees of a rollout.
 *
 * <p>Thread-safe.
 */
public final class Recorder {
    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

    /** How many times of the incumbent tell what is usual, before times are compared. */
    private static final int FIRST_TIMES = 20;

    private static final int KEPT = 10_000;

    private final Signals signals;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final Map<Question, TwoArms> tests = new EnumMap<>(Question.class);

    @GuardedBy("lock") private final Map<Arm, Report.Count> counts = new EnumMap<>(Arm.class);

    @GuardedBy("lock") private final Map<String, Map<String, Value>> waiting = new LinkedHashMap<>();

    /** The ids that the incumbent answered in place of the candidate, and of which no outcome has come. */
    @GuardedBy("lock") private final Set<String> turned = new LinkedHashSet<>();

    @GuardedBy("lock") private int firstTimes;

    @GuardedBy("lock") private double logUsual;

    /** Begins without data. */
    public Recorder(Guardrails rails, Signals signals) {
        this.signals = signals;
        Question.asked(rails).forEach((question, margin) -> tests.put(question, new TwoArms(new Comparison(margin))));
        for (Arm arm : Arm.values()) {
            counts.put(arm, Report.Count.NONE);
        }
    }

    /** A request that one version was asked. */
    public void answered(Arm arm, Answer answer) {
        double score = score(answer);
        lock.lock();
        try {
            count(arm, answer);
            loss(Question.ERRORS, arm, answer.isFailure() ? 1 : 0);
            if (!answer.isFailure()) {
                time(arm, answer.nanos());
                if (!Double.isNaN(score)) {
                    loss(Question.SCORE_RISE, arm, score);
                    loss(Question.SCORE_FALL, arm, 1 - score);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** A request that both versions were asked. */
    public void paired(String id, Answer incumbent, Answer candidate) {
        double rise = score(candidate) - score(incumbent);
        lock.lock();
        try {
            count(Arm.INCUMBENT, incumbent);
            count(Arm.CANDIDATE, candidate);
            difference(Question.ERRORS, (incumbent.isFailure() ? 1 : 0) - (candidate.isFailure() ? 1 : 0));
            if (incumbent.isFailure() || candidate.isFailure()) {
                return;
            }
            difference(Question.LATENCY, Question.logRatio((double) incumbent.nanos(), (double) candidate.nanos()));
            if (!Double.isNaN(rise)) {
                difference(Question.SCORE_RISE, -rise);
                difference(Question.SCORE_FALL, rise);
            }
            candidate.outputs().ifPresent(outputs -> keep(id, outputs));
        } finally {
            lock.unlock();
        }
    }

    /** A request that the incumbent answers because the candidate has failed: its outcome is neither's. */
    public void turned(String id) {
        if (signals.truth().isEmpty()) {
            return;
        }
        lock.lock();
        try {
            turned.add(id);
            dropOldest(turned);
        } finally {
            lock.unlock();
        }
    }

    /** The truth about a request that one version was asked. */
    public void outcome(Arm arm, Map<String, Value> outputs, Outcome outcome) {
        double loss = lossOf(outputs, outcome);
        if (Double.isNaN(loss)) {
            return;
        }
        lock.lock();
        try {
            if (turned.remove(outcome.id())) {
                return;
            }
            judge(arm, loss);
            loss(Question.OUTCOMES, arm, loss);
        } finally {
            lock.unlock();
        }
    }

    /** The truth about a request that both versions were asked; does nothing if the candidate's answer is not known. */
    public void pairedOutcome(Map<String, Value> incumbent, Outcome outcome) {
        Map<String, Value> candidate;
        lock.lock();
        try {
            candidate = waiting.remove(outcome.id());
        } finally {
            lock.unlock();
        }
        if (candidate == null) {
            return;
        }
        double loss = lossOf(incumbent, outcome);
        double other = lossOf(candidate, outcome);
        if (Double.isNaN(loss + other)) {
            return;
        }
        lock.lock();
        try {
            judge(Arm.INCUMBENT, loss);
            judge(Arm.CANDIDATE, other);
            difference(Question.OUTCOMES, loss - other);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void count(Arm arm, Answer answer) {
        counts.merge(
                arm,
                answer.isFailure() ? new Report.Count(0, 1, 0, 0) : new Report.Count(1, 0, 0, 0),
                Report.Count::and);
    }

    @GuardedBy("lock") private void judge(Arm arm, double loss) {
        counts.merge(arm, loss < 0.5 ? new Report.Count(0, 0, 1, 0) : new Report.Count(0, 0, 0, 1), Report.Count::and);
    }

    @GuardedBy("lock") private void loss(Question question, Arm arm, double loss) {
        TwoArms test = tests.get(question);
        if (test != null) {
            test.add(arm, loss);
        }
    }

    @GuardedBy("lock") private void difference(Question question, double difference) {
        TwoArms test = tests.get(question);
        if (test != null) {
            test.comparison().add(difference);
        }
    }

    /** The first times tell what is usual and are not compared, so that the yardstick does not depend on what it measures. */
    @GuardedBy("lock") private void time(Arm arm, long nanos) {
        if (firstTimes == FIRST_TIMES) {
            loss(Question.LATENCY, arm, Question.latencyLoss((double) nanos, Math.exp(logUsual)));
        } else if (arm == Arm.INCUMBENT) {
            firstTimes++;
            logUsual += (Math.log((double) Math.max(nanos, 1)) - logUsual) / firstTimes;
        }
    }

    @GuardedBy("lock") private void keep(String id, Map<String, Value> outputs) {
        if (signals.truth().isEmpty() || !tests.containsKey(Question.OUTCOMES)) {
            return;
        }
        waiting.put(id, outputs);
        dropOldest(waiting.keySet());
    }

    private static void dropOldest(Set<String> ids) {
        if (ids.size() > KEPT) {
            Iterator<String> oldest = ids.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** The score as a part of its range, or NaN. */
    private double score(Answer answer) {
        if (signals.scoring().isEmpty() || answer.isFailure()) {
            return Double.NaN;
        }
        Signals.Scoring scoring = signals.scoring().get();
        try {
            double score = scoring.function().of(answer.outputs().orElseThrow());
            return Math.max(0, Math.min(1, (score - scoring.low()) / (scoring.high() - scoring.low())));
        } catch (RuntimeException e) {
            LOG.debug(
                    "The score of an answer could not be read: {}", e.getClass().getName());
            return Double.NaN;
        }
    }

    private double lossOf(Map<String, Value> outputs, Outcome outcome) {
        if (signals.truth().isEmpty()) {
            return Double.NaN;
        }
        try {
            return Math.max(0, Math.min(1, signals.truth().get().loss().of(outputs, outcome)));
        } catch (RuntimeException e) {
            LOG.debug(
                    "The loss of an answer could not be read: {}", e.getClass().getName());
            return Double.NaN;
        }
    }

    /** What was seen so far. */
    public Report report() {
        lock.lock();
        try {
            Map<Question, Tally> tallies = new EnumMap<>(Question.class);
            tests.forEach((question, test) -> {
                Tally tally = test.comparison().tally();
                if (tally.pairs() > 0) {
                    tallies.put(question, tally);
                }
            });
            return new Report(count(Arm.INCUMBENT), count(Arm.CANDIDATE), tallies);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private Report.Count count(Arm arm) {
        return counts.getOrDefault(arm, Report.Count.NONE);
    }
}
