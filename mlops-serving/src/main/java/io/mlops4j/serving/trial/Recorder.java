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
import java.util.function.LongSupplier;

/*
 * What comes in from the threads of requests is turned into losses outside the lock (a host's functions run there), and
 * settled under it: some hundred nanoseconds a guardrail. Nothing here grows with the number of requests: sums, the stakes of
 * the bets, the requests that are out, up to the length of the line, and at most `KEPT` answers of a shadow, or ids, that wait
 * for their outcome.
 *
 * Requests to one version are settled in the order of asking (Line tells why), and nothing of them is counted before: what
 * the reports say, what a step demands and what a bandit goes by is all of one sample. Pairs of a shadow come one after the
 * other in the order of asking, so a slow candidate holds back what is behind it as well. Outcomes are settled as they arrive.
 */
/**
 * What this replica sees of a rollout.
 *
 * <p>Thread-safe.
 */
public final class Recorder {
    /** How many times of the incumbent tell what is usual, before times are compared. */
    private static final int FIRST_TIMES = 20;

    private static final int KEPT = 10_000;

    private final Signals signals;
    private final Readings readings;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final Map<Question, TwoArms> tests = new EnumMap<>(Question.class);

    @GuardedBy("lock") private final Map<Arm, Report.Count> counts = new EnumMap<>(Arm.class);

    @GuardedBy("lock") private final Map<String, Map<String, Value>> waiting = new LinkedHashMap<>();

    /** The ids that the incumbent answered in place of the candidate, and of which no outcome has come. */
    @GuardedBy("lock") private final Set<String> turned = new LinkedHashSet<>();

    @GuardedBy("lock") private final Line line = new Line();

    @GuardedBy("lock") private int firstTimes;

    @GuardedBy("lock") private double logUsual;

    /** Begins without data. */
    public Recorder(Guardrails rails, Signals signals) {
        this(rails, signals, System::nanoTime);
    }

    /** With another clock, for tests. */
    Recorder(Guardrails rails, Signals signals, LongSupplier nanoTime) {
        this.signals = signals;
        this.readings = new Readings(signals);
        this.nanoTime = nanoTime;
        Question.asked(rails).forEach((question, margin) -> tests.put(question, new TwoArms(new Comparison(margin))));
        for (Arm arm : Arm.values()) {
            counts.put(arm, Report.Count.NONE);
        }
    }

    /** A request is about to be given to a version: it takes its place in the order of asking. */
    public Place ask(Arm arm) {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            if (line.isFull()) {
                settle(now);
            }
            if (line.isFull()) {
                return Place.NONE;
            }
            var place = Place.of(this, arm, now);
            line.add(place);
            return place;
        } finally {
            lock.unlock();
        }
    }

    /** What time it is, in nanoseconds. */
    long now() {
        return nanoTime.getAsLong();
    }

    /** What an answer is to the tests. */
    Ending ending(Answer answer) {
        return answer.isFailure()
                ? Ending.FAILED
                : new Ending(Ending.Kind.ANSWERED, answer.nanos(), readings.score(answer));
    }

    /** A place has ended: whoever waited for it alone is settled too. */
    void settle() {
        lock.lock();
        try {
            settle(nanoTime.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void settle(long now) {
        for (Line.Ended next = line.next(now); next != null; next = line.next(now)) {
            settle(next.arm(), next.ending());
        }
    }

    @GuardedBy("lock") private void settle(Arm arm, Ending ending) {
        switch (ending.kind()) {
            case ANSWERED -> {
                counts.merge(arm, Report.Count.ANSWERED, Report.Count::and);
                loss(Question.ERRORS, arm, 0);
                if (ending.nanos().isPresent()) {
                    time(arm, ending.nanos().getAsLong());
                }
                score(arm, ending.score());
            }
            case FAILED -> failure(arm);
            case OVERDUE -> {
                failure(arm);
                if (firstTimes == FIRST_TIMES) {
                    loss(Question.LATENCY, arm, 1);
                }
            }
            case VOID -> {}
        }
    }

    @GuardedBy("lock") private void failure(Arm arm) {
        counts.merge(arm, Report.Count.FAILED, Report.Count::and);
        loss(Question.ERRORS, arm, 1);
    }

    @GuardedBy("lock") private void score(Arm arm, double score) {
        if (!Double.isNaN(score)) {
            loss(Question.SCORE_RISE, arm, score);
            loss(Question.SCORE_FALL, arm, 1 - score);
        }
    }

    /** A request that both versions were asked. */
    public void paired(String id, Answer incumbent, Answer candidate) {
        // A failure has no score, so that who tells of one in a hurry need not wait for a host's function.
        boolean failed = incumbent.isFailure() || candidate.isFailure();
        double rise = failed ? Double.NaN : readings.score(candidate) - readings.score(incumbent);
        lock.lock();
        try {
            count(Arm.INCUMBENT, incumbent);
            count(Arm.CANDIDATE, candidate);
            difference(Question.ERRORS, (incumbent.isFailure() ? 1 : 0) - (candidate.isFailure() ? 1 : 0));
            if (failed) {
                return;
            }
            if (incumbent.nanos().isPresent() && candidate.nanos().isPresent()) {
                double nanos = (double) incumbent.nanos().getAsLong();
                double other = (double) candidate.nanos().getAsLong();
                difference(Question.LATENCY, Question.logRatio(nanos, other));
            }
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
        double loss = readings.loss(outputs, outcome);
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
        double loss = readings.loss(incumbent, outcome);
        double other = readings.loss(candidate, outcome);
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

    /** The rollout is over: answers need not wait for their outcomes any more. */
    void forget() {
        lock.lock();
        try {
            waiting.clear();
            turned.clear();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void count(Arm arm, Answer answer) {
        counts.merge(arm, answer.isFailure() ? Report.Count.FAILED : Report.Count.ANSWERED, Report.Count::and);
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

    /** What was seen so far: of each request that has ended, as have all that were asked before it. */
    public Report report() {
        lock.lock();
        try {
            settle(nanoTime.getAsLong());
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
