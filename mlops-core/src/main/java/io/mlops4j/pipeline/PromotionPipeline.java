package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.gate.Gate;
import io.mlops4j.model.ModelName;
import io.mlops4j.store.ObjectStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes a model from a request through its gates to promotion, and back if need be.
 *
 * <pre>{@code
 * var pipeline = PromotionPipeline.of(rides, store)
 *         .ci(dataIsWhole)
 *         .build(trainAndRegister)
 *         .staging(MetricThreshold.atMost("rmse", 2.5), notWorse)
 *         .promote(champion)
 *         .open();
 * pipeline.resume();                                               // what a kill has cut off
 * PipelineRun run = pipeline.run(PromotionRequest.of("2005-03", commit, "drift"));
 * pipeline.rollback("worse on weekends", "ana");
 * }</pre>
 *
 * <p>Every step is journaled in the model's log {@code pipeline/<model>}: a run that was cut off goes on where it was,
 * with {@link #resume()} or with {@link #run} of the same id, in this process or another. Steps run at least once, each
 * time with the same idempotency key, and never again once their result is journaled. Of all pipelines on the log, one
 * at a time promotes; and a run belongs to whoever took it last: a former owner that is still alive gets a
 * {@link ConflictException} with its next write, so resume runs only when their owner is gone.
 *
 * <p>A gate that breaks has failed. A step that throws fails the run, and the error is journaled. Interruption leaves
 * the run where it is.
 *
 * <p>Thread-safe.
 */
public final class PromotionPipeline {
    private final PipelinePlan plan;
    private final PipelineJournal journal;

    /** The runs that threads of this object are working on: they must not take each other's. */
    private final Set<String> active = ConcurrentHashMap.newKeySet();

    private PromotionPipeline(PipelinePlan plan, PipelineJournal journal) {
        this.plan = plan;
        this.journal = journal;
    }

    /**
     * Begins to describe a pipeline.
     *
     * @param model the model whose versions it promotes
     * @param store holds the journal; stays open when the pipeline is no longer used
     * @return a builder
     */
    public static Builder of(ModelName model, ObjectStore store) {
        return new Builder(requireNonNull(model, "model"), requireNonNull(store, "store"));
    }

    /**
     * The model whose versions it promotes.
     *
     * @return the model
     */
    public ModelName model() {
        return plan.model();
    }

    /**
     * Runs a request until it is finished or must wait. A request whose id is known goes on from where it was; one that
     * is finished is not run again.
     *
     * @param request what and why
     * @return the run: finished, waiting, or still running if this thread was interrupted (its flag is set)
     * @throws io.mlops4j.AlreadyExistsException if the id is known for another commit
     * @throws ConflictException if the run is being worked on by another thread of this pipeline, or was taken over
     * @throws io.mlops4j.OutcomeUnknownException if a step or a write does not know whether it succeeded; run it again
     * @throws io.mlops4j.StorageException if the journal could not be written; run it again
     */
    public PipelineRun run(PromotionRequest request) {
        PipelineRun run = journal.submit(request);
        return run.isUnfinished() ? goOn(run.id()) : run;
    }

    /**
     * Goes on with every unfinished run, the oldest first: those that were cut off, and those that wait. Runs that other
     * threads of this pipeline are working on are passed over.
     *
     * @return the runs that were gone on with, as they are now
     * @throws ConflictException as {@link #run}
     * @throws io.mlops4j.OutcomeUnknownException as {@link #run}
     * @throws io.mlops4j.StorageException as {@link #run}
     */
    public List<PipelineRun> resume() {
        List<PipelineRun> resumed = new ArrayList<>();
        for (PipelineRun run : runs()) {
            if (run.isUnfinished()
                    && !active.contains(run.id())
                    && !Thread.currentThread().isInterrupted()) {
                resumed.add(goOn(run.id()));
            }
        }
        return List.copyOf(resumed);
    }

    private PipelineRun goOn(String id) {
        return working(id, () -> execute(journal.claim(id)));
    }

    private PipelineRun execute(PipelineRun owned) {
        var execution = new RunExecution(plan, journal, owned);
        try {
            return execution.go();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return execution.run();
        }
    }

    private interface Work {
        PipelineRun run();
    }

    private PipelineRun working(String id, Work work) {
        if (!active.add(id)) {
            throw new ConflictException(
                    "Cannot go on with run " + id + " of " + model() + ": another thread is working on it");
        }
        try {
            return work.run();
        } finally {
            active.remove(id);
        }
    }

    /**
     * Says yes to a run. It goes on when it is resumed. A second yes changes nothing.
     *
     * @param id the run
     * @param reason why
     * @param actor who
     * @return the run
     * @throws NotFoundException if there is no such run
     * @throws ConflictException if it is finished
     */
    public PipelineRun approve(String id, String reason, String actor) {
        return journal.approve(
                id, new PipelineRun.Decision(reason, actor, plan.clock().instant()));
    }

    /**
     * Says no to a run: it moves to FAILED, wherever it is, and whoever works on it can no longer write.
     *
     * @param id the run
     * @param reason why
     * @param actor who
     * @return the run
     * @throws NotFoundException if there is no such run
     * @throws ConflictException if it is finished, if its promotion has begun, or if another thread of this pipeline is
     *     working on it
     */
    public PipelineRun reject(String id, String reason, String actor) {
        return working(id, () -> {
            PipelineRun run = journal.find(id);
            if (run.state().isFinal() || run.replaces().isPresent()) {
                throw new ConflictException("Cannot reject run " + id + " of " + model() + ": it is " + run.state()
                        + (run.state().isFinal() ? " already" : ", and its promotion has begun; resume it"));
            }
            return new RunExecution(plan, journal, journal.claim(id)).reject(reason, actor);
        });
    }

    /**
     * Takes back the run whose candidate serves: what it replaced serves again. Done again, it takes back the run before
     * that.
     *
     * @param reason why
     * @param actor who
     * @return the run, in state ROLLBACK, or still PROMOTED if this thread was interrupted (then resume it)
     * @throws NotFoundException if no run serves, or it replaced nothing
     * @throws ConflictException if another run is changing what serves, or the promotion refused
     * @throws io.mlops4j.OutcomeUnknownException if it may or may not have happened; resume it
     * @throws io.mlops4j.StorageException if the journal could not be written; resume it
     */
    public PipelineRun rollback(String reason, String actor) {
        PipelineRun serving =
                serving().orElseThrow(() -> new NotFoundException("Cannot roll back " + model() + ": no run serves"));
        if (serving.replaces().flatMap(PipelineRun.Replaced::previous).isEmpty()) {
            throw new NotFoundException(
                    "Cannot roll back run " + serving.id() + " of " + model() + ": nothing served before it");
        }
        var order = new PipelineRun.Decision(reason, actor, plan.clock().instant());
        return working(serving.id(), () -> execute(journal.orderRollback(serving, order)));
    }

    /**
     * All runs of the model, of every pipeline on its log.
     *
     * @return in the order of submission
     * @throws io.mlops4j.StorageException if the journal could not be read
     */
    public List<PipelineRun> runs() {
        return List.copyOf(journal.refresh().runs().values());
    }

    /**
     * Finds a run.
     *
     * @param id the run
     * @return empty if there is no such run
     * @throws io.mlops4j.StorageException if the journal could not be read
     */
    public Optional<PipelineRun> find(String id) {
        return journal.refresh().find(id);
    }

    /**
     * The run whose candidate serves, as far as the pipeline knows.
     *
     * @return the last that was promoted and not rolled back
     * @throws io.mlops4j.StorageException if the journal could not be read
     */
    public Optional<PipelineRun> serving() {
        return journal.refresh().serving();
    }

    /**
     * Collects what the pipeline does.
     *
     * <p>Confined to one thread at a time.
     */
    public static final class Builder {
        private final ModelName model;
        private final ObjectStore store;
        private final List<PipelineListener> listeners = new ArrayList<>();
        private List<Gate> ci = List.of();
        private List<Gate> staging = List.of();
        private @Nullable Step step;
        private @Nullable Promotion promotion;
        private Inconclusive inconclusive = Inconclusive.FAILS;
        private PipelinePlan.Approval approval = PipelinePlan.Approval.NOT_NEEDED;
        private Clock clock = Clock.systemUTC();
        private MeterRegistry meters = Metrics.globalRegistry;

        private Builder(ModelName model, ObjectStore store) {
            this.model = model;
            this.store = store;
        }

        /**
         * Sets the gates before the build, asked in this order until one fails. Default: none.
         *
         * @param gates with distinct names
         * @return this builder
         * @throws IllegalArgumentException if two gates share a name
         */
        public Builder ci(Gate... gates) {
            ci = distinct(gates);
            return this;
        }

        /**
         * Sets what makes the candidate. Required.
         *
         * @param step the build
         * @return this builder
         */
        public Builder build(Step step) {
            this.step = requireNonNull(step, "step");
            return this;
        }

        /**
         * Sets the gates that judge the candidate, asked in this order until one fails. Default: none.
         *
         * @param gates with distinct names
         * @return this builder
         * @throws IllegalArgumentException if two gates share a name
         */
        public Builder staging(Gate... gates) {
            staging = distinct(gates);
            return this;
        }

        private static List<Gate> distinct(Gate... gates) {
            List<Gate> copy = List.of(gates);
            List<String> names = copy.stream().map(Gate::name).toList();
            if (names.stream().distinct().count() != names.size()) {
                throw new IllegalArgumentException("Invalid gates " + names + ": expected distinct names");
            }
            return copy;
        }

        /**
         * Sets how a candidate comes to serve. Required.
         *
         * @param promotion moves what serves
         * @return this builder
         */
        public Builder promote(Promotion promotion) {
            this.promotion = requireNonNull(promotion, "promotion");
            return this;
        }

        /**
         * Sets what an inconclusive gate means. Default: {@link Inconclusive#FAILS}.
         *
         * @param policy fail or wait
         * @return this builder
         */
        public Builder inconclusive(Inconclusive policy) {
            inconclusive = requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Demands {@link PromotionPipeline#approve} before a promotion. Default: no person is asked.
         *
         * @return this builder
         */
        public Builder requireApproval() {
            approval = PipelinePlan.Approval.REQUIRED;
            return this;
        }

        /**
         * Adds a listener. Default: none.
         *
         * @param listener hears of every move
         * @return this builder
         */
        public Builder listener(PipelineListener listener) {
            listeners.add(requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Sets the clock that dates the runs. Default: the system's.
         *
         * @param clock any clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Sets where the moves are counted and timed. Default: {@link Metrics#globalRegistry}.
         *
         * @param meters any registry
         * @return this builder
         */
        public Builder meters(MeterRegistry meters) {
            this.meters = requireNonNull(meters, "meters");
            return this;
        }

        /**
         * Opens the journal and makes the pipeline. Nothing is resumed by itself.
         *
         * @return the pipeline
         * @throws IllegalStateException if the build or the promotion was not set
         * @throws io.mlops4j.CorruptionException if the journal is broken
         * @throws io.mlops4j.StorageException if the journal could not be read
         */
        public PromotionPipeline open() {
            if (step == null || promotion == null) {
                throw new IllegalStateException(
                        "Cannot open the pipeline of " + model + ": expected a build step and a promotion");
            }
            var plan = new PipelinePlan(
                    model, ci, step, staging, inconclusive, approval, promotion, List.copyOf(listeners), clock, meters);
            return new PromotionPipeline(plan, new PipelineJournal(model, store, clock));
        }
    }
}
