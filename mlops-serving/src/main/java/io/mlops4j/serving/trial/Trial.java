package io.mlops4j.serving.trial;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.ConflictException;
import io.mlops4j.MlopsException;
import io.mlops4j.NotFoundException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.OverloadedException;
import io.mlops4j.StorageException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.MoveRequest;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.RolloutEntry;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One replica's part in a rollout. The journal is the truth; this object only
 *
 *  1. writes what its recorder has seen (a report replaces the one before; what replicas saw is added up by whoever decides),
 *  2. asks Course what happens next, on the newest history and in the same step as the write: of several replicas that decide
 *     the same, one writes, and the others find it written,
 *  3. if the journal says PROMOTING, moves the alias by compare-and-set and writes how that ended. Any replica may do so, and
 *     one that comes after a crash does; moving twice is moving once,
 *  4. brings its stage in line with the journal, and notes in the registry how it was decided: before the alias moves, or after
 *     the candidate is withdrawn. What this replica has decided on the way it notes last of all: nothing waits for that.
 *
 * `ticking` serialises the ticks of this replica; `seen` is what readers get. A tick that fails has changed nothing here but
 * what it has already written, and the next one goes on from the journal.
 */
/**
 * A replica's part in a rollout.
 *
 * <p>Thread-safe.
 */
public final class Trial implements RolloutRun {
    private static final Logger LOG = LoggerFactory.getLogger(Trial.class);

    /**
     * A report is due when there is this much more to say than this replica's fair share of what all have said in this step. So
     * reports are few however long it takes; and all rules, minimums too, are applied to what all replicas have seen but for
     * this part at most, however many they are.
     */
    private static final double NEWS = 0.05;

    /** Of what the registry does not take for so long the journal alone has the oldest. */
    private static final int MOST_UNTOLD = 1000;

    private final TrialJournal journal;
    private final ModelRegistry registry;
    private final Verdicts verdicts;
    private final Recorder recorder;
    private final String replica;
    private final Clock clock;
    private final ReentrantLock ticking = new ReentrantLock();
    private final CountDownLatch over = new CountDownLatch(1);

    @GuardedBy("ticking") private long reported;

    @GuardedBy("ticking") private Optional<Decision> told;

    /** What this replica has decided on the way, and the registry has not heard of: the little of one step or two. */
    @GuardedBy("ticking") private final Queue<RolloutEntry> untold = new ArrayDeque<>();

    private volatile TrialState seen;

    /** Gone when the rollout is over, as it has a model and whoever began the rollout may keep this for ever. */
    private volatile Stage stage;

    /**
     * Takes part in a rollout.
     *
     * @param start what the journal says of it
     * @param journal the model's journal
     * @param registry has the alias
     * @param recorder what this replica sees
     * @param stage what shares out this replica's requests
     * @param replica identifies this process
     * @param clock times the steps
     */
    public Trial(
            TrialState start,
            TrialJournal journal,
            ModelRegistry registry,
            Recorder recorder,
            Stage stage,
            String replica,
            Clock clock) {
        this.seen = start;
        this.told = start.decision();
        this.journal = journal;
        this.registry = registry;
        this.verdicts = new Verdicts(registry);
        this.recorder = recorder;
        this.stage = stage;
        this.replica = replica;
        this.clock = clock;
        stage.share(start.share());
    }

    @Override
    public String id() {
        return seen.id();
    }

    @Override
    public VersionId incumbent() {
        return seen.incumbent();
    }

    @Override
    public VersionId candidate() {
        return seen.candidate();
    }

    @Override
    public RolloutState state() {
        return seen.state();
    }

    @Override
    public double share() {
        return seen.share();
    }

    @Override
    public Optional<Decision> decision() {
        return seen.decision();
    }

    @Override
    public List<RolloutEntry> history() {
        return journal.history(seen.id());
    }

    @Override
    public Optional<String> reason() {
        return seen.reason();
    }

    @Override
    public long dropped() {
        return stage.dropped();
    }

    @Override
    public RolloutState tick() {
        ticking.lock();
        try {
            if (over.getCount() == 0) {
                return seen.state();
            }
            seen = journal.refresh(seen.id());
            watchAlias();
            report();
            write(trial -> Course.next(trial, clock.instant()));
            if (seen.state() == RolloutState.PROMOTING) {
                promote();
            }
            bringInLine();
            tellOfTheWay();
            return seen.state();
        } finally {
            ticking.unlock();
        }
    }

    /** Somebody who moves the alias knows something: the comparison is void, and what they set stays. */
    @GuardedBy("ticking") private void watchAlias() {
        if (seen.state() != RolloutState.RUNNING && seen.state() != RolloutState.PAUSED) {
            return;
        }
        Optional<VersionId> target = target();
        if (!target.equals(Optional.of(seen.incumbent()))) {
            // In the window between two moves another replica may have promoted; the newest history tells.
            write(trial -> trial.state() == RolloutState.PROMOTING
                    ? Optional.empty()
                    : Optional.of(ended(trial, RolloutState.SUPERSEDED, movedTo(target))));
        }
    }

    private String movedTo(Optional<VersionId> target) {
        return "alias " + seen.alias() + " was moved to "
                + target.map(VersionId::toString).orElse("nowhere");
    }

    private Optional<VersionId> target() {
        return registry.refresh().tryResolve(seen.alias()).map(ModelVersion::id);
    }

    @GuardedBy("ticking") private void report() {
        Report report = recorder.report();
        long news = report.size() - reported;
        long said = seen.seen().size() - seen.sizeBefore();
        if (news == 0 || news < NEWS * said / Math.max(1, seen.reports().size())) {
            return;
        }
        write(trial -> trial.state() == RolloutState.PROMOTING
                ? Optional.empty()
                : Optional.of(new TrialEvent.Reported(trial.id(), replica, report)));
        reported = report.size();
    }

    @GuardedBy("ticking") private void promote() {
        try {
            tellOfTheWay();
            // First, as a policy may demand it of the move.
            verdicts.record(seen);
            registry.move(new MoveRequest(
                    seen.alias(),
                    new MoveRequest.Exactly(Optional.of(seen.incumbent())),
                    new MoveRequest.To(seen.candidate()),
                    promotionReason(),
                    TrialEvent.ACTOR));
            end(RolloutState.PROMOTED, "promoted");
        } catch (StorageException | OutcomeUnknownException | OverloadedException e) {
            throw e;
        } catch (ConflictException e) {
            afterConflict(e);
        } catch (MlopsException e) {
            end(RolloutState.REFUSED, String.valueOf(e.getMessage()));
        }
    }

    @GuardedBy("ticking") private void afterConflict(ConflictException e) {
        Optional<VersionId> target = target();
        if (target.equals(Optional.of(seen.candidate()))) {
            end(RolloutState.PROMOTED, "promoted");
        } else if (target.equals(Optional.of(seen.incumbent()))) {
            end(RolloutState.REFUSED, String.valueOf(e.getMessage()));
        } else {
            end(RolloutState.SUPERSEDED, movedTo(target));
        }
    }

    /** The same on every replica, so that the second to move the alias finds its own move made. */
    private String promotionReason() {
        String numbers = seen.decision()
                .map(d -> d.reason() + " " + d.evidence().numbers())
                .orElse("");
        String reason = "rollout " + seen.id() + ": " + numbers;
        return reason.length() <= MoveRequest.MAX_REASON ? reason : reason.substring(0, MoveRequest.MAX_REASON);
    }

    @GuardedBy("ticking") private void end(RolloutState state, String reason) {
        write(trial -> Optional.of(ended(trial, state, reason)));
    }

    @GuardedBy("ticking") private void write(Function<TrialState, Optional<TrialEvent>> decision) {
        TrialJournal.Update update = journal.update(seen.id(), decision);
        seen = update.state();
        update.entry().filter(Verdicts::isOnTheWay).ifPresent(untold::add);
        if (untold.size() > MOST_UNTOLD) {
            untold.remove();
        }
    }

    /** Nothing depends on these: what cannot be told now is told with the next tick. */
    @GuardedBy("ticking") private void tellOfTheWay() {
        try {
            for (RolloutEntry next = untold.peek(); next != null; next = untold.peek()) {
                verdicts.tell(seen, next);
                untold.remove();
            }
        } catch (StorageException | OutcomeUnknownException | OverloadedException e) {
            LOG.warn("Rollout {}: the registry lacks {} decisions: {}", seen.id(), untold.size(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("Rollout {}: the registry takes no decisions on the way", seen.id(), e);
            untold.clear();
        }
    }

    private TrialEvent ended(TrialState trial, RolloutState state, String reason) {
        return new TrialEvent.Ended(trial.id(), state, Optional.empty(), reason, TrialEvent.ACTOR, clock.instant());
    }

    @GuardedBy("ticking") private void bringInLine() {
        tellDecision();
        if (!seen.state().isFinal()) {
            stage.share(seen.share());
            return;
        }
        if (seen.state() == RolloutState.PROMOTED) {
            stage.promoted();
        } else {
            stage.withdrawn();
            recordEnd();
        }
        stage.ended(seen.state());
        stage = new LeftStage(stage.dropped());
        recorder.forget();
        over.countDown();
    }

    @GuardedBy("ticking") private void tellDecision() {
        if (!told.equals(seen.decision())) {
            told = seen.decision();
            told.ifPresent(stage::decided);
        }
    }

    /** After the candidate is out of the way: a registry that cannot be reached must not keep it in service. */
    @GuardedBy("ticking") private void recordEnd() {
        tellOfTheWay();
        try {
            verdicts.record(seen);
        } catch (NotFoundException e) {
            LOG.info("Rollout {} leaves no verdict: {}", seen.id(), e.getMessage());
        }
    }

    /**
     * Ends a rollout everywhere, because a replica cannot begin it. What the registry then does not take down, another replica
     * writes when it hears of the end, if there is one that takes part.
     *
     * @param how rolled back if the candidate is to blame, else aborted
     */
    public static void refuse(
            TrialJournal journal,
            ModelRegistry registry,
            TrialState trial,
            RolloutState how,
            String reason,
            Clock clock) {
        TrialState ended = journal.update(
                        trial.id(),
                        there -> there.state() == RolloutState.PROMOTING
                                ? Optional.empty()
                                : Optional.of(new TrialEvent.Ended(
                                        there.id(), how, Optional.empty(), reason, TrialEvent.ACTOR, clock.instant())))
                .state();
        try {
            new Verdicts(registry).record(ended);
        } catch (MlopsException e) {
            LOG.warn("Rollout {} leaves no verdict: {}", ended.id(), e.getMessage());
        }
    }

    @Override
    public void pause(String reason, String actor) {
        requireNonNull(reason, "reason");
        requireNonNull(actor, "actor");
        change(trial -> trial.state() == RolloutState.RUNNING
                ? Optional.of(new TrialEvent.Paused(trial.id(), reason, actor, clock.instant()))
                : Optional.empty());
    }

    @Override
    public void resume(String reason, String actor) {
        requireNonNull(reason, "reason");
        requireNonNull(actor, "actor");
        change(trial -> trial.state() == RolloutState.PAUSED
                ? Optional.of(new TrialEvent.Resumed(trial.id(), reason, actor, clock.instant()))
                : Optional.empty());
    }

    @Override
    public void abort(String reason, String actor) {
        requireNonNull(reason, "reason");
        requireNonNull(actor, "actor");
        change(trial -> trial.state() == RolloutState.PROMOTING
                ? Optional.empty()
                : Optional.of(new TrialEvent.Ended(
                        trial.id(), RolloutState.ABORTED, Optional.empty(), reason, actor, clock.instant())));
    }

    private void change(Function<TrialState, Optional<TrialEvent>> decision) {
        ticking.lock();
        try {
            if (over.getCount() > 0) {
                write(decision);
                bringInLine();
            }
        } finally {
            ticking.unlock();
        }
    }

    @Override
    public Optional<RolloutState> await(Duration time) throws InterruptedException {
        return over.await(TimeUnit.NANOSECONDS.convert(time), TimeUnit.NANOSECONDS)
                ? Optional.of(seen.state())
                : Optional.empty();
    }

    /** Whether there is nothing left to do here. */
    public boolean isOver() {
        return over.getCount() == 0;
    }

    /** What the journal says, as of the last tick. */
    public TrialState trial() {
        return seen;
    }

    /** The natural logarithm of the e-value against "worse by the margin or more", as of the last tick; NaN without data. */
    public double logNoWorse(Question question) {
        return log(question, Tally::logNoWorse);
    }

    /** The natural logarithm of the e-value against "worse by the margin or less", as of the last tick; NaN without data. */
    public double logWorse(Question question) {
        return log(question, Tally::logWorse);
    }

    private double log(Question question, ToDoubleFunction<Tally> value) {
        Tally tally = seen.seen().tallies().get(question);
        return tally == null ? Double.NaN : value.applyAsDouble(tally);
    }

    /** What this replica sees. */
    public Recorder recorder() {
        return recorder;
    }
}
