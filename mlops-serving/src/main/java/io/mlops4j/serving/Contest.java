package io.mlops4j.serving;

import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Shadow;
import io.mlops4j.serving.trial.Answer;
import io.mlops4j.serving.trial.Arm;
import io.mlops4j.serving.trial.Buckets;
import io.mlops4j.serving.trial.Place;
import io.mlops4j.serving.trial.Recorder;
import io.mlops4j.serving.trial.Stage;
import io.mlops4j.serving.trial.TrialState;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/*
 * A candidate loaded beside what a slot serves. It has a lease of its own, like every loaded version: a request that is given
 * to it pins it, and one that finds it retired goes to the incumbent. The slot owns it and frees it, by promoting it to what
 * is served or by withdrawing it; a contest is over when the slot no longer names it, and what it hears later is of no use to
 * anybody and does no harm.
 */
/**
 * Which of two versions answers a request, and what came of it.
 *
 * <p>Thread-safe.
 */
final class Contest implements Stage {
    private final Slot slot;
    private final Served candidate;
    private final VersionId incumbent;
    private final Buckets buckets;
    private final Recorder recorder;
    private final RolloutMeters meters;
    private final Runnable atEnd;
    private final @Nullable ShadowLane lane;
    private volatile double share;

    Contest(
            Slot slot,
            Served candidate,
            TrialState trial,
            Recorder recorder,
            Deadlines deadlines,
            RolloutMeters meters,
            Runnable atEnd) {
        this.slot = slot;
        this.candidate = candidate;
        this.incumbent = trial.incumbent();
        this.buckets = new Buckets(trial.id());
        this.recorder = recorder;
        this.meters = meters;
        this.atEnd = atEnd;
        this.lane = lane(trial.rollout(), deadlines, meters);
    }

    private static @Nullable ShadowLane lane(Rollout rollout, Deadlines deadlines, RolloutMeters meters) {
        return rollout instanceof Shadow shadow
                ? new ShadowLane(new CpuBudget(shadow.cores()), shadow.queue(), deadlines, meters::dropped)
                : null;
    }

    Served candidate() {
        return candidate;
    }

    /** The candidate, leased, if it is to answer this key; else null. */
    @Nullable Served tryPin(String key) {
        double part = share;
        return part > 0 && buckets.of(key) < part && candidate.lease().tryAcquire() ? candidate : null;
    }

    /** A request is about to be given to a version that was chosen by key: its place among those that are compared. */
    Place ask(Arm arm) {
        return lane == null ? recorder.ask(arm) : Place.NONE;
    }

    /** As {@link #ask(Arm)}, of a version that is leased already. */
    Place ask(Served chosen) {
        if (chosen == candidate) {
            return ask(Arm.CANDIDATE);
        }
        return isIncumbent(chosen) ? ask(Arm.INCUMBENT) : Place.NONE;
    }

    /** Whether it is the version that the candidate is compared with; the alias may have moved meanwhile. */
    boolean isIncumbent(Served served) {
        return served.version().equals(incumbent);
    }

    /** The candidate was chosen by chance and failed; the incumbent is about to answer in its place. */
    void turned(String id) {
        recorder.turned(id);
    }

    /** Whether a failure says anything of the version; a bad request or a full queue does not. */
    static boolean isItsFault(Throwable e) {
        return !(e instanceof RejectedInputException || e instanceof OverloadedException);
    }

    /** Gives a copy of a request to the shadow, after the incumbent has answered or failed. */
    void copy(Contested asked, Served served, Answer answer) {
        ShadowLane shadow = lane;
        if (shadow != null && isIncumbent(served)) {
            shadow.offer(new Copy(asked, answer));
        }
    }

    /** How long the shadow may take for a request, in nanoseconds: as long as it may take altogether, if that is said. */
    static long limit(Request request) {
        long none = Shadow.LONGEST_RUN.toNanos();
        long time = request.timeout().map(TimeUnit.NANOSECONDS::convert).orElse(none);
        return time < Long.MAX_VALUE / 2 ? Math.max(time, Shadow.SHORTEST_LIMIT.toNanos()) : none;
    }

    /** One pair: it is told of once, by the run or by who has waited long enough for it. */
    private final class Copy implements ShadowLane.Copy {
        private final Contested asked;
        private final Answer answer;
        private final AtomicBoolean told = new AtomicBoolean();

        Copy(Contested asked, Answer answer) {
            this.asked = asked;
            this.answer = answer;
        }

        @Override
        public long limit() {
            return Contest.limit(asked.request());
        }

        @Override
        public void run(StopSignal signal) {
            if (!candidate.lease().tryAcquire()) {
                return;
            }
            Answer other;
            try {
                other = answer(signal);
            } finally {
                candidate.lease().release();
            }
            // What was stopped and was not overdue was in the way of closing, and says nothing.
            if (!(other.isFailure() && signal.stopped())) {
                tell(other);
            }
        }

        private Answer answer(StopSignal signal) {
            long start = System.nanoTime();
            try {
                Map<String, Value> inputs =
                        asked.words().inputs(candidate, asked.request().inputs());
                Map<String, Value> outputs = candidate.model().run(inputs, signal);
                Map<String, Value> unused = asked.words().outputs(candidate, outputs);
                return Answer.of(System.nanoTime() - start, outputs);
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                return Answer.failed();
            }
        }

        @Override
        public void overdue() {
            tell(Answer.failed());
        }

        private void tell(Answer other) {
            if (told.compareAndSet(false, true)) {
                recorder.paired(asked.id(), answer, other);
                meters.compared();
            }
        }
    }

    boolean isShadow() {
        return lane != null;
    }

    @Override
    public void share(double value) {
        share = value;
    }

    @Override
    public void decided(Decision decision) {
        meters.decided(decision.kind());
    }

    @Override
    public void ended(RolloutState state) {
        meters.ended(state);
        atEnd.run();
    }

    @Override
    public long dropped() {
        return lane == null ? 0 : lane.dropped();
    }

    @Override
    public void promoted() {
        slot.refreshAlias();
        slot.withdraw(this);
    }

    @Override
    public void withdrawn() {
        slot.withdraw(this);
    }

    /** Nobody is given to the candidate any more, and no copy is computed. */
    void close() {
        share = 0;
        if (lane != null) {
            lane.close();
        }
    }
}
