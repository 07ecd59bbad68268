package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.MlopsException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Replica;
import io.mlops4j.training.TrainingDecision.Ruling;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one model and trains it again when its triggers ask and its policy agrees.
 *
 * <pre>{@code
 * try (var training = ContinuousTraining.of(rides, store, Retrain.through(pipeline, () -> commit))
 *         .on(monitor::signal)
 *         .on(Cron.of("0 2 * * SUN"))
 *         .rows(rides::count)
 *         .within(TrainingBudget.threshold(0.5).cooldown(Duration.ofDays(14)))
 *         .open()) {
 *     training.start(Duration.ofMinutes(1));       // or call tick() yourself, on whatever clock you gave it
 * }
 * }</pre>
 *
 * <p>A {@link #tick()} looks at the triggers, decides, queues what it decided, and works off the queue. One training of a
 * model is under way at a time. All that must be remembered (armed, cooldown, limits, what the rows are counted from, the
 * open request) is in the model's journal {@code training/<model>}, written whenever it changes, before anything is done
 * about it: a killed process goes on where it was, and makes no request twice. A time of a schedule that passed while no
 * process ran asks once on the next tick; one that the policy held back is not made up for.
 *
 * <p>Thread-safe; ticks run one at a time.
 */
public final class ContinuousTraining implements AutoCloseable {
    /*
     * A decision and its request are one write, so a request exists if and only if the memory says so. Queueing comes
     * after and is idempotent by the request's id; so is the pipeline's run; and settling the memory comes last, from
     * what the queue says. A crash between any two of these is made good by the next tick, which begins by queueing the
     * open request again and, if the queue knows it as settled, settles the memory.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ContinuousTraining.class);

    private static final int MAX_NAME = 80;

    private final ModelName model;
    private final Retrain retrain;
    private final Watch watch;
    private final TrainingQueue queue;
    private final String owner;
    private final List<TrainingListener> listeners;
    private final Clock clock;
    private final Replica<Optional<WatchMemory>> memory;
    private final ReentrantLock ticking = new ReentrantLock();

    @GuardedBy("ticking") private Instant looked = Instant.MIN;

    @GuardedBy("this") private @Nullable Ticker ticker;

    ContinuousTraining(ContinuousTrainingBuilder builder) {
        model = builder.model;
        retrain = builder.retrain;
        clock = builder.clock;
        watch = new Watch(
                model, List.copyOf(builder.drift), List.copyOf(builder.triggers), builder.rows, builder.policy);
        owner = builder.owner;
        listeners = List.copyOf(builder.listeners);
        TrainingQueue given = builder.queue;
        queue = given == null ? TrainingQueue.open(builder.store, "default", clock) : given;
        memory = Replica.open(CommitLog.open(builder.store, "training/" + model, clock), WatchMemory.FOLD);
        Instant now = clock.instant();
        var start = new WatchMemory.Baseline(
                Optional.empty(),
                builder.trainedAt == null ? now : builder.trainedAt,
                builder.trainedRows < 0 ? watch.rows() : builder.trainedRows);
        memory.update(known ->
                known.isPresent() ? Optional.empty() : Optional.of(Json.write(WatchMemory.starting(now, start))));
    }

    /**
     * Begins to describe a watch.
     *
     * @param model what to train
     * @param store holds the journal and, unless one is set, the queue; stays open
     * @param retrain what a decision leads to
     * @return a builder
     */
    public static ContinuousTrainingBuilder of(ModelName model, ObjectStore store, Retrain retrain) {
        return new ContinuousTrainingBuilder(
                requireNonNull(model, "model"), requireNonNull(store, "store"), requireNonNull(retrain, "retrain"));
    }

    /**
     * Looks at the triggers, decides, and works off what was decided, on this thread, until it is done or waits.
     *
     * @return the decision
     * @throws io.mlops4j.OverloadedException if the queue is full; the decision stands and is queued by a later tick
     * @throws io.mlops4j.ConflictException if another process has taken over the run
     * @throws io.mlops4j.OutcomeUnknownException if a write may or may not have landed; tick again
     * @throws io.mlops4j.StorageException if the journal or the queue could not be written; tick again
     */
    public TrainingDecision tick() {
        ticking.lock();
        try {
            List<PipelineRun> runs = new ArrayList<>(work());
            TrainingDecision decision = decide();
            if (decision.fires()) {
                runs.addAll(work());
            }
            listeners.forEach(listener -> tell(listener, decision, List.copyOf(runs)));
            return decision;
        } finally {
            ticking.unlock();
        }
    }

    private void tell(TrainingListener listener, TrainingDecision decision, List<PipelineRun> runs) {
        try {
            listener.onTick(decision, runs);
        } catch (RuntimeException e) {
            LOG.warn("A listener of the training of {} failed", model, e);
        }
    }

    /**
     * Asks for training by hand: no trigger, score, cooldown or limit is asked. The next tick does it.
     *
     * @param reason why
     * @param actor who
     * @return a decision that fires, unless a training is under way
     * @throws io.mlops4j.OutcomeUnknownException if it may or may not have been written down; order it again
     * @throws io.mlops4j.StorageException if it could not be written down
     */
    public TrainingDecision order(String reason, String actor) {
        var ask = new Ask("by hand", reason + " (" + actor + ")", Optional.empty());
        ticking.lock();
        try {
            return decide((situation, asks, known) -> {
                TriggerPolicy.Ruled ruled = watch.policy().rule(situation, asks, known);
                return new TriggerPolicy.Ruled(ruled.decision().orderedBy(ask), known.firing(situation.at()));
            });
        } finally {
            ticking.unlock();
        }
    }

    /**
     * Says that a promoted training turned out worse and was rolled back: it counts as rejected, rows and age are counted
     * from the training before it, and the score may fire again. Saying it twice, or of a run that is not the last one
     * promoted, changes nothing.
     *
     * @param run the run, whose id is the request's
     */
    public void rolledBack(PipelineRun run) {
        remember(known -> known.baseline().request().equals(Optional.of(run.id())) ? known.rolledBack() : known);
    }

    @GuardedBy("ticking") private TrainingDecision decide() {
        return decide(watch.policy());
    }

    @GuardedBy("ticking") private TrainingDecision decide(TriggerPolicy policy) {
        Instant now = clock.instant();
        Watch.Measured measured = watch.measure();
        var decided = new TrainingDecision[1];
        Instant since = looked;
        memory.update(state -> {
            WatchMemory known = state.orElseThrow();
            Instant from = since.isAfter(known.lookedAt()) ? since : known.lookedAt();
            Situation situation = watch.situation(now, from, measured, known.baseline());
            TriggerPolicy.Ruled ruled = policy.rule(situation, watch.asks(situation), known.policy());
            WatchMemory next = conclude(known, ruled, measured.rows());
            decided[0] = next.decision().orElseThrow();
            return known.isNews(decided[0], next.policy()) || decided[0].fires()
                    ? Optional.of(Json.write(next))
                    : Optional.empty();
        });
        looked = now;
        return decided[0];
    }

    private WatchMemory conclude(WatchMemory known, TriggerPolicy.Ruled ruled, long rows) {
        TrainingDecision decision = ruled.decision();
        if (!decision.fires()) {
            return known.decided(decision, ruled.memory());
        }
        if (known.open().isPresent()) {
            return known.decided(decision.ruledAs(Ruling.UNDER_WAY), known.policy());
        }
        String id = shortName() + "-training-" + (known.requests() + 1);
        TrainingDecision fired = decision.as(id);
        var request = new TrainingRequest(id, model, fired.signal(), fired.reason(), fired.evidence(), fired.at());
        return known.decided(fired, ruled.memory()).opened(request, rows);
    }

    /** The model's name, or as much of it as leaves room in a run's id, made unique. */
    private String shortName() {
        String name = model.value();
        return name.length() <= MAX_NAME
                ? name
                : name.substring(0, MAX_NAME - 20) + "-"
                        + Digest.of(name.getBytes(StandardCharsets.US_ASCII)).shortHex();
    }

    /** Queues the open request, works off the model's tasks, and settles the memory. */
    @GuardedBy("ticking") private List<PipelineRun> work() {
        Optional<WatchMemory.Open> open = memory.refresh().orElseThrow().open();
        open.ifPresent(request -> queue.enqueue(request.request()));
        List<PipelineRun> runs = new ArrayList<>();
        Optional<TrainingQueue.Claim> claim = queue.claim(owner, model);
        while (claim.isPresent() && !Thread.currentThread().isInterrupted()) {
            PipelineRun run = run(claim.get());
            runs.add(run);
            claim = run.status() == PipelineRun.Status.RUNNING || run.status() == PipelineRun.Status.WAITING
                    ? Optional.empty()
                    : queue.claim(owner, model);
        }
        if (!Thread.currentThread().isInterrupted()) {
            open.ifPresent(request -> settle(request.request().id()));
        }
        return runs;
    }

    private PipelineRun run(TrainingQueue.Claim claim) {
        PipelineRun run;
        try {
            run = retrain.retrain(claim.task().request());
        } catch (RuntimeException e) {
            releaseAfter(e, claim);
            throw e;
        }
        switch (run.status()) {
            case PROMOTED ->
                claim.complete(run.candidate()
                        .map(candidate -> candidate.version().toString())
                        .orElse(""));
            case FAILED ->
                claim.fail(run.failure()
                        .map(failure -> failure.what() + ": " + failure.reason())
                        .orElse("failed"));
            case ROLLED_BACK -> claim.fail("promoted and rolled back");
            default -> releaseUnlessInterrupted(claim);
        }
        return run;
    }

    /** An interrupted thread may not be able to write; the same owner gets its claim back anyway. */
    private static void releaseUnlessInterrupted(TrainingQueue.Claim claim) {
        if (!Thread.currentThread().isInterrupted()) {
            claim.release();
        }
    }

    private static void releaseAfter(RuntimeException failure, TrainingQueue.Claim claim) {
        try {
            releaseUnlessInterrupted(claim);
        } catch (MlopsException e) {
            failure.addSuppressed(e);
        }
    }

    private void settle(String id) {
        TrainingTask.Status status = queue.find(id).map(TrainingTask::status).orElse(TrainingTask.Status.QUEUED);
        if (status.isOpen()) {
            return;
        }
        remember(known -> {
            if (!known.open().map(open -> open.request().id()).equals(Optional.of(id))) {
                return known;
            }
            return status == TrainingTask.Status.COMPLETED ? known.promoted() : known.rejected();
        });
    }

    private void remember(UnaryOperator<WatchMemory> change) {
        memory.update(state -> {
            WatchMemory known = state.orElseThrow();
            WatchMemory next = change.apply(known);
            return next.equals(known) ? Optional.empty() : Optional.of(Json.write(next));
        });
    }

    /**
     * The last decision that was written down: all that fire, and those that hold for a new reason.
     *
     * @return empty before the first
     * @throws io.mlops4j.StorageException if the journal could not be read
     */
    public Optional<TrainingDecision> lastDecision() {
        return memory.refresh().flatMap(WatchMemory::decision);
    }

    /**
     * What the policy remembers.
     *
     * @return armed or not, what fired, how many were rejected
     * @throws io.mlops4j.StorageException if the journal could not be read
     */
    public PolicyMemory policyMemory() {
        return memory.refresh().orElseThrow().policy();
    }

    /**
     * Ticks on a daemon thread of its own until {@link #close}. A tick that fails is logged, and the next one tries
     * again. The interval is real time, whatever clock decides.
     *
     * @param interval from the end of one tick to the next, above zero
     * @return this
     * @throws IllegalArgumentException if the interval is not positive
     * @throws IllegalStateException if it was started before
     */
    public synchronized ContinuousTraining start(Duration interval) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("Invalid interval " + interval + ": expected above zero");
        }
        if (ticker != null) {
            throw new IllegalStateException("The training of " + model + " was started before");
        }
        ticker = new Ticker("mlops-training-" + model, interval, this::tick);
        return this;
    }

    /**
     * Stops the thread, if there is one: a training that is under way is interrupted and goes on when the watch is opened
     * again. Closing twice does nothing.
     */
    @Override
    public synchronized void close() {
        if (ticker != null) {
            ticker.close();
        }
    }
}
