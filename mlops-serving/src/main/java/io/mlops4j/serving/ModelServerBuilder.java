package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.serving.onnx.OnnxRuntime;
import io.mlops4j.serving.rollout.Rollouts;
import io.mlops4j.serving.tabular.CompiledRuntime;
import io.mlops4j.signing.TrustedKeys;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link ModelServer}. What is not said has a safe default.
 *
 * <p>Confined to one thread at a time.
 */
public final class ModelServerBuilder {
    private static final Duration DEFAULT_DRAIN_TIMEOUT = Duration.ofSeconds(30);

    private final @Nullable ModelSource source;
    private final Map<ModelName, Origin> origins = new LinkedHashMap<>();
    private final List<Ensemble> ensembles = new ArrayList<>();
    private final List<InferenceRuntime> runtimes = new ArrayList<>();
    private final List<InferenceListener> listeners = new ArrayList<>();
    private final List<Interceptor> interceptors = new ArrayList<>();
    private final List<CallObserver> observers = new ArrayList<>();
    private Admission admission = Admission.ANYONE;
    private final Map<ModelName, Dispatching.Plan> plans = new HashMap<>();
    private Dispatching.Plan plan = Dispatching.Plan.UNSAID;
    private final Map<ModelName, List<InferenceRuntime>> ownRuntimes = new HashMap<>();
    private final Map<ModelName, WarmUp> ownWarmUps = new HashMap<>();
    private WarmUp warmUp = WarmUp.madeUp();
    private Duration drainTimeout = DEFAULT_DRAIN_TIMEOUT;
    private Clock clock = Clock.systemUTC();
    private Supplier<String> ids = new InferenceIds();
    private @Nullable MeterRegistry registry;
    private @Nullable Rollouts rollouts;
    private @Nullable Duration followed;
    private @Nullable MemoryBudget memory;

    ModelServerBuilder(@Nullable ModelSource source) {
        this.source = source;
    }

    /**
     * Serves what an alias points at.
     *
     * @param alias resolved when the server starts, and again by {@link ModelServer#refresh}
     * @return this builder
     * @throws IllegalArgumentException if its model is served already
     * @throws IllegalStateException if the builder has no source for aliases
     */
    public ModelServerBuilder serve(Alias alias) {
        return serve(VersionPolicy.alias(alias));
    }

    /**
     * Serves versions of a model by one or several policies. A version that several of them mean is loaded once.
     *
     * @param first for requests that name no policy
     * @param others for requests that name them: {@link Request#by}
     * @return this builder
     * @throws IllegalArgumentException if the model is served already, or the policies are of different models, or one is
     *     given twice
     * @throws IllegalStateException if the builder has no source of versions
     */
    public ModelServerBuilder serve(VersionPolicy first, VersionPolicy... others) {
        if (source == null) {
            throw new IllegalStateException("Cannot serve " + first
                    + ": the server has no source for aliases, expected ModelServer.of(source)");
        }
        List<VersionPolicy> policies = new ArrayList<>(List.of(others));
        policies.add(0, first);
        return serve(first.model(), Origin.Policies.of(policies, source));
    }

    /**
     * Serves a file.
     *
     * @param name what to call the model
     * @param file the model's file, read when the server starts
     * @return this builder
     * @throws IllegalArgumentException if a model of that name is served already
     */
    public ModelServerBuilder serve(ModelName name, Path file) {
        return serve(name, ModelFile.of(file));
    }

    /**
     * Serves a file with companions, or one whose digest is known.
     *
     * @param name what to call the model
     * @param file the model's files, read when the server starts
     * @return this builder
     * @throws IllegalArgumentException if a model of that name is served already
     */
    public ModelServerBuilder serve(ModelName name, ModelFile file) {
        return serve(name, new Origin.File(file::read));
    }

    /**
     * Serves bytes.
     *
     * @param name what to call the model
     * @param model the verified bytes
     * @return this builder
     * @throws IllegalArgumentException if a model of that name is served already
     */
    public ModelServerBuilder serve(ModelName name, VerifiedModel model) {
        requireNonNull(model, "model");
        return serve(name, new Origin.File(label -> model));
    }

    private ModelServerBuilder serve(ModelName name, Origin origin) {
        if (origins.putIfAbsent(name, origin) != null) {
            throw new IllegalArgumentException("Model " + name + " is served already; expected one origin a name");
        }
        return this;
    }

    /**
     * Serves models together. Every version of them that is loaded, then or later, must take and give what the ensemble
     * is wired to; else it is refused with a {@link RejectedModelException}, and what was served before is still served.
     *
     * @param ensemble asks models that are served too
     * @return this builder
     * @throws IllegalArgumentException if an ensemble of that name is served already
     */
    public ModelServerBuilder ensemble(Ensemble ensemble) {
        if (ensembles.stream().map(Ensemble::name).anyMatch(ensemble.name()::equals)) {
            throw new IllegalArgumentException(
                    "Ensemble " + ensemble.name() + " is served already; expected one a name");
        }
        ensembles.add(ensemble);
        return this;
    }

    /**
     * Adds a runtime. Runtimes are asked in the order in which they were added, then {@link CompiledRuntime} and at last
     * {@link OnnxRuntime}, both with their defaults: models that can be compiled are, and all others are served natively on
     * one thread each. {@code OnnxRuntime} takes every ONNX model, so to add it, with options too, is to serve without
     * compiled models; to keep them, add {@code CompiledRuntime.withDefaults()} before it, or add it for the models that it
     * is meant for: {@link #runtime(ModelName, InferenceRuntime)}.
     *
     * @param runtime asked whether it accepts a model, of those that no runtime of their own accepts
     * @return this builder
     */
    public ModelServerBuilder runtime(InferenceRuntime runtime) {
        runtimes.add(requireNonNull(runtime, "runtime"));
        return this;
    }

    /**
     * Adds a runtime for one model. A model's own runtimes are asked before those for every model, in the order in which
     * they were added, for each version of it that is loaded. So a large network gets two threads, and the tree beside it
     * is still compiled:
     *
     * <pre>{@code
     * builder.runtime(large, OnnxRuntime.with(OnnxOptions.defaults().withIntraOpThreads(2)))
     * }</pre>
     *
     * <p>It also serves this one model without compiling it.
     *
     * @param name the model
     * @param runtime asked whether it accepts a version of this model
     * @return this builder
     */
    public ModelServerBuilder runtime(ModelName name, InferenceRuntime runtime) {
        requireNonNull(runtime, "runtime");
        ownRuntimes
                .computeIfAbsent(requireNonNull(name, "name"), unsaid -> new ArrayList<>())
                .add(runtime);
        return this;
    }

    /**
     * Adds a listener to every answered request.
     *
     * @param listener called on the thread that asked
     * @return this builder
     */
    public ModelServerBuilder observedBy(InferenceListener listener) {
        listeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Adds an interceptor to every call. Interceptors are called in the order in which they were added, and in the reverse
     * order after the call. Default: none.
     *
     * @param interceptor may change requests and answers, or fail the call
     * @return this builder
     */
    public ModelServerBuilder interceptedBy(Interceptor interceptor) {
        interceptors.add(requireNonNull(interceptor, "interceptor"));
        return this;
    }

    /**
     * Adds an observer that hears when a call begins and ends, for traces. Default: none.
     *
     * @param observer called around the interceptors
     * @return this builder
     */
    public ModelServerBuilder tracedBy(CallObserver observer) {
        observers.add(requireNonNull(observer, "observer"));
        return this;
    }

    /**
     * Demands signatures: a model is loaded only if one of these keys has signed exactly its files, no more and no fewer.
     * What is compared are the digests of the arrays that the runtime loads. A model that does not comply is refused with
     * a {@link RejectedModelException} at {@link #start()}, {@link ModelServer#refresh} and {@link ModelServer#swap}, and
     * what was served before is still served. Default: no signature is asked for.
     *
     * <p>A registry gives the signatures of its versions; a file must say where its own is: {@link ModelFile#signedIn}.
     *
     * @param keys the keys that count, for every model of the server
     * @return this builder
     */
    public ModelServerBuilder signedBy(TrustedKeys keys) {
        this.admission = new SignedOnly(requireNonNull(keys, "keys"));
        return this;
    }

    /**
     * Says what a version must do before it serves. Default: {@link WarmUp#madeUp()}.
     *
     * @param plan for every model that is given none of its own; if it has requests, each of these models is asked them
     * @return this builder
     */
    public ModelServerBuilder warmUp(WarmUp plan) {
        this.warmUp = requireNonNull(plan, "plan");
        return this;
    }

    /**
     * Says what a version of one model must do before it serves: so models of different inputs are each warmed by requests
     * of their own.
     *
     * @param name the model
     * @param plan for this model, instead of the one for every model
     * @return this builder
     */
    public ModelServerBuilder warmUp(ModelName name, WarmUp plan) {
        ownWarmUps.put(requireNonNull(name, "name"), requireNonNull(plan, "plan"));
        return this;
    }

    /**
     * Says whether waiting rows are run together. Default: {@link Batching#off()}. A model that is batched has a queue,
     * of {@link Overload#standard()} unless another one is given.
     *
     * @param batching for every model that is given none of its own
     * @return this builder
     */
    public ModelServerBuilder batching(Batching batching) {
        plan = plan.with(requireNonNull(batching, "batching"));
        return this;
    }

    /**
     * Says whether waiting rows of one model are run together.
     *
     * @param name the model
     * @param batching for this model
     * @return this builder
     */
    public ModelServerBuilder batching(ModelName name, Batching batching) {
        plans.merge(name, Dispatching.Plan.UNSAID.with(batching), (old, more) -> old.with(batching));
        return this;
    }

    /**
     * Gives models a queue, and says what they do when more is asked than they can answer. Default: no queue unless they
     * are batched; requests run on their callers' threads, however many there are.
     *
     * @param overload for every model that is given none of its own
     * @return this builder
     */
    public ModelServerBuilder overload(Overload overload) {
        plan = plan.with(requireNonNull(overload, "overload"));
        return this;
    }

    /**
     * Gives one model a queue, and says what it does when more is asked than it can answer.
     *
     * @param name the model
     * @param overload for this model
     * @return this builder
     */
    public ModelServerBuilder overload(ModelName name, Overload overload) {
        plans.merge(name, Dispatching.Plan.UNSAID.with(overload), (old, more) -> old.with(overload));
        return this;
    }

    /**
     * Keeps answers, so that the same question is not computed twice. Default: {@link Caching#off()}. A stage that
     * {@link ModelServer#submit} gives may then be complete when it is returned.
     *
     * @param caching one cache for all models that are given none of their own
     * @return this builder
     */
    public ModelServerBuilder caching(Caching caching) {
        plan = plan.with(requireNonNull(caching, "caching"));
        return this;
    }

    /**
     * Keeps the answers of one model in a cache of its own, or does not keep them.
     *
     * @param name the model
     * @param caching for this model
     * @return this builder
     */
    public ModelServerBuilder caching(ModelName name, Caching caching) {
        requireNonNull(caching, "caching");
        plans.merge(name, Dispatching.Plan.UNSAID.with(caching), (old, more) -> old.with(caching));
        return this;
    }

    /**
     * Says how long a retired version's requests may take before they are asked to stop. Default: 30 seconds.
     *
     * @param timeout zero or more
     * @return this builder
     * @throws IllegalArgumentException if negative
     */
    public ModelServerBuilder drainTimeout(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("Invalid drain time-out " + timeout + ": is negative");
        }
        this.drainTimeout = timeout;
        return this;
    }

    /**
     * Bounds the memory that the models take together. Default: no bound. A model that was evicted is read again where it
     * came from, and must be what it was: an alias's version from the source, a file from its path, and bytes, which are
     * kept on the heap for that. The request that finds it evicted waits for it, within its deadline.
     *
     * @param budget how much, and which models always stay
     * @return this builder
     */
    public ModelServerBuilder memory(MemoryBudget budget) {
        this.memory = requireNonNull(budget, "budget");
        return this;
    }

    /**
     * Gives the server meters: the timer {@code mlops.inference} and the counter {@code mlops.inference.outcomes} (ok,
     * rejected, overloaded, late, failed; only the last tells of a model that is broken) by model, version and runtime,
     * the gauges {@code mlops.models.loaded} and {@code mlops.leases} by model; and for models with a queue the gauge
     * {@code mlops.queue.rows}, the timer {@code mlops.queue.time}, the summary {@code mlops.batch.rows} and the
     * counter {@code mlops.queue.shed} (by reason: full, displaced, hopeless, standing, expired, threadless) by model
     * and version. With a cache also the counter {@code mlops.cache.requests} by model, version and result (hit,
     * partial, shared, miss). With ensembles also the timer {@code mlops.ensemble} by ensemble and outcome (ok,
     * rejected, overloaded, late, failed). With rollouts also, by model, the gauges {@code mlops.rollout.running},
     * {@code mlops.rollout.share} and {@code mlops.rollout.evidence} (by question and by what it is for), and the
     * counters {@code mlops.rollout.decisions} (by kind), {@code mlops.rollout.ended} (by state) and {@code
     * mlops.shadow.copies} (compared, dropped). With a memory budget also the gauges {@code mlops.memory.resident} and
     * {@code mlops.memory.budget} in bytes, and the counters {@code mlops.memory.evictions} by model and {@code
     * mlops.memory.reloads} by model and result (ok, failed). Default: none. Servers of one registry should serve
     * models of different names.
     *
     * @param meters the host's registry
     * @return this builder
     */
    public ModelServerBuilder meters(MeterRegistry meters) {
        this.registry = requireNonNull(meters, "meters");
        return this;
    }

    /**
     * Says where the time of an {@link io.mlops4j.inference.Inference} comes from. Default: the system's.
     *
     * @param source the clock
     * @return this builder
     */
    public ModelServerBuilder clock(Clock source) {
        this.clock = requireNonNull(source, "source");
        return this;
    }

    /**
     * Says where the ids of inferences come from. Default: unique ones.
     *
     * @param source called once a request, from any thread; must not repeat itself
     * @return this builder
     */
    public ModelServerBuilder ids(Supplier<String> source) {
        this.ids = requireNonNull(source, "source");
        return this;
    }

    /**
     * Lets versions come into service step by step. Default: they cannot.
     *
     * @param settings the registry, the journal and the signals
     * @return this builder
     */
    public ModelServerBuilder rollouts(Rollouts settings) {
        this.rollouts = requireNonNull(settings, "settings");
        return this;
    }

    /**
     * Follows aliases, and other policies whose versions change: loads, warms and serves what they mean as soon as that is
     * known, as {@link ModelServer#refresh} does, on a thread of the server. A move that is made, or read, through the
     * registry that is served is known at once; others are found by asking again and again. If a version cannot be loaded,
     * what was served before is still served, and it is tried again after pauses that grow to 64 intervals, and at
     * once when a move is known. Default: versions change only by {@code refresh}.
     *
     * @param interval how long to wait before asking again, more than zero
     * @return this builder
     * @throws IllegalArgumentException if zero or negative
     */
    public ModelServerBuilder followingAliases(Duration interval) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("Invalid interval " + interval + ": expected more than zero");
        }
        this.followed = interval;
        return this;
    }

    /**
     * Loads and warms every model, and serves them.
     *
     * @return the server, to be closed
     * @throws NotFoundException if an alias, a version or a file does not exist, or an ensemble asks a model that is not
     *     served
     * @throws RejectedModelException if a model is not signed as demanded, does not fit an ensemble, or cannot be loaded or
     *     warmed, or the memory budget has no room for it; nothing is left loaded
     * @throws IllegalStateException if the memory budget pins a model that is not served
     */
    public ModelServer start() {
        var together = new Ensembles(ensembles);
        together.requireModels(origins.keySet());
        if (memory != null && !origins.keySet().containsAll(memory.pinned())) {
            throw new IllegalStateException(
                    "Cannot pin " + memory.pinned() + ": expected models of " + origins.keySet());
        }
        Deque<Runnable> undone = new ArrayDeque<>();
        try {
            return start(together, undone);
        } catch (Throwable e) {
            undone.forEach(part -> undo(part, e));
            throw e;
        }
    }

    private static void undo(Runnable part, Throwable why) {
        try {
            part.run();
        } catch (RuntimeException | Error e) {
            why.addSuppressed(e);
        }
    }

    /** Starts what a server is made of, each part with what is to be done if a later one fails, the last one first. */
    private ModelServer start(Ensembles together, Deque<Runnable> undone) {
        var threads = new ServerThreads();
        undone.push(threads::close);
        MemoryLedger ledger = memory == null
                ? null
                : new MemoryLedger(memory, drainTimeout, threads.deadlines(), registry, origins.keySet());
        if (ledger != null) {
            undone.push(ledger::close);
        }
        var loader = loader(together, threads, ledger);
        List<Slot> slots = new ArrayList<>();
        origins.forEach((name, origin) -> {
            var slot = new Slot(name, origin.following(), loader, drainTimeout);
            undone.push(slot::close);
            origin.fill(slot);
            slots.add(slot);
        });
        RolloutDesk desk = rollouts == null ? null : new RolloutDesk(rollouts, slots, threads.deadlines(), registry);
        if (desk != null) {
            undone.push(desk::close);
        }
        Follower follower = followed == null || source == null ? null : new Follower(slots, source, followed);
        if (follower != null) {
            undone.push(follower::close);
        }
        var flow = new Flow(new Listeners(listeners), clock, ids);
        return new ModelServer(
                slots,
                together,
                flow,
                Around.of(flow, interceptors, observers),
                threads,
                registry,
                desk,
                follower,
                ledger);
    }

    private ModelLoader loader(Ensembles together, ServerThreads threads, @Nullable MemoryLedger ledger) {
        var warmUps = new PerModel<>(warmUp, ownWarmUps);
        return new ModelLoader(
                runtimes(),
                admission,
                warmUps,
                registry,
                new Dispatching(plan, plans, warmUps, threads, registry),
                together,
                ledger);
    }

    private PerModel<List<InferenceRuntime>> runtimes() {
        List<InferenceRuntime> common = new ArrayList<>(runtimes);
        common.add(CompiledRuntime.withDefaults());
        common.add(OnnxRuntime.withDefaults());
        Map<ModelName, List<InferenceRuntime>> own = new HashMap<>();
        ownRuntimes.forEach((name, first) -> {
            List<InferenceRuntime> all = new ArrayList<>(first);
            all.addAll(common);
            own.put(name, List.copyOf(all));
        });
        return new PerModel<>(List.copyOf(common), own);
    }
}
