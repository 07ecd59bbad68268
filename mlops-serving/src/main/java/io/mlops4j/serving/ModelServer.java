package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Serves models in this JVM behind a front that stays while versions come and go.
 *
 * <pre>{@code
 * try (var server = ModelServer.builder()
 *         .serve(rides, Path.of("rides.onnx"))
 *         .observedBy(monitor)
 *         .start()) {
 *     float tomorrow = server.score(rides, row);
 *     Prediction prediction = server.predict(rides, Map.of("x", Tensor.ofRows(row)));
 *     server.swap(rides, ModelFile.of(Path.of("rides-2.onnx")));     // no request fails or sees two versions
 * }
 * }</pre>
 *
 * <p>One request is answered by one version. A new version is loaded and warmed before it takes over, atomically; the old
 * one is freed when its last request has its answer. Listeners hear of an answer before the caller gets it, on the
 * caller's thread, when the version is free to go already: a listener may swap models.
 *
 * <p>Callers may be threads of the system or virtual ones. A model without queue runs on its caller's thread, and native
 * code keeps a virtual thread's carrier until the run ends; {@link Batching} and {@link Overload} hand over what would.
 *
 * <p>Closing waits for the requests under way. Where it can be chosen, close a server before the JVM shuts down: after the
 * last request, at the end of {@code main}, or before {@code System.exit}. To close it in a shutdown hook is safe, and is
 * what containers do at a signal (Spring calls {@code DisposableBean} and {@code SmartLifecycle} in one, Quarkus fires its
 * {@code ShutdownEvent} during one): the JVM ends as it was told to. But hooks run side by side, and ONNX
 * Runtime has one that frees its environment: a request that runs at that time may fail with an
 * {@link InferenceException}, and a swap with a {@link io.mlops4j.RejectedModelException}. So let the container stop taking
 * requests before it goes down. Tests end JVMs so, under load and swaps.
 *
 * <p>Thread-safe.
 */
public final class ModelServer implements AutoCloseable {
    private final Map<ModelName, Slot> slots = new HashMap<>();
    private final EnsembleDesk ensembles;
    private final Flow flow;
    private final ServerThreads threads;
    private final @Nullable MeterRegistry registry;
    private final @Nullable RolloutDesk rollouts;
    private final @Nullable Follower follower;
    private final @Nullable Around around;
    private final @Nullable MemoryLedger memory;
    private final List<Meter> gauges = new ArrayList<>();

    ModelServer(
            Collection<Slot> slots,
            Ensembles ensembles,
            Flow flow,
            @Nullable Around around,
            ServerThreads threads,
            @Nullable MeterRegistry registry,
            @Nullable RolloutDesk rollouts,
            @Nullable Follower follower,
            @Nullable MemoryLedger memory) {
        this.memory = memory;
        this.rollouts = rollouts;
        this.follower = follower;
        slots.forEach(slot -> this.slots.put(slot.name(), slot));
        this.ensembles = new EnsembleDesk(ensembles, this.slots::get, flow, around, threads.workers(), registry);
        this.flow = flow;
        this.around = around;
        this.threads = threads;
        this.registry = registry;
        if (registry != null) {
            try {
                slots.forEach(slot -> gauge(slot, registry));
            } catch (RuntimeException e) { // the host has another meter of that name
                removeMeters(registry);
                throw e;
            }
        }
    }

    /**
     * Starts the description of a server of files.
     *
     * @return a builder that has no source for aliases
     */
    public static ModelServerBuilder builder() {
        return new ModelServerBuilder(null);
    }

    /**
     * Starts the description of a server of a registry's aliases, and of files if wanted.
     *
     * @param registry holds the versions; stays open when the server is closed
     * @return a builder
     */
    public static ModelServerBuilder of(ModelRegistry registry) {
        return of(new RegistrySource(registry));
    }

    /**
     * Starts the description of a server of aliases, and of files if wanted.
     *
     * @param source where aliases are resolved, a registry for example
     * @return a builder
     */
    public static ModelServerBuilder of(ModelSource source) {
        return new ModelServerBuilder(requireNonNull(source, "source"));
    }

    /**
     * Answers a request. Blocks while the model computes.
     *
     * @param name the model
     * @param inputs a value for each of its inputs
     * @return its outputs, and the version that gave them
     * @throws NotFoundException if no model of that name is served
     * @throws RejectedInputException if an input is missing, unknown, or of the wrong type or shape
     * @throws InferenceException if the model failed while it computed
     * @throws io.mlops4j.OverloadedException if too many requests are waiting, or an evicted version finds no room; says when to
     *     come back
     * @throws RejectedModelException if the version was evicted by the memory budget, and cannot be loaded again: it is not what
     *     it was, or there is not room enough for it
     * @throws io.mlops4j.StorageException if it was evicted, and cannot be read
     * @throws IllegalStateException if the server is closed
     */
    public Prediction predict(ModelName name, Map<String, Value> inputs) {
        return predict(name, Request.of(inputs));
    }

    /**
     * Answers a request. Blocks while the model computes, for at most the request's time-out, as far as that can be kept
     * ({@link Request#within}).
     *
     * @param name the model
     * @param request a value for each of its inputs, and how to treat them
     * @return its outputs, and the version that gave them
     * @throws NotFoundException if no model of that name is served
     * @throws RejectedInputException if an input is missing, unknown, or of the wrong type or shape
     * @throws InferenceException if the model failed while it computed
     * @throws DeadlineExceededException if the request's time was over before the answer was there
     * @throws io.mlops4j.OverloadedException if too many requests are waiting, or an evicted version finds no room; says when to
     *     come back
     * @throws RejectedModelException if the version was evicted by the memory budget, and cannot be loaded again: it is not what
     *     it was, or there is not room enough for it
     * @throws io.mlops4j.StorageException if it was evicted, and cannot be read
     * @throws IllegalStateException if the server is closed
     */
    public Prediction predict(ModelName name, Request request) {
        Around wrapped = around;
        return wrapped == null ? flow.predict(slot(name), request) : wrapped.predict(slot(name), request);
    }

    /**
     * Answers a request by models together. Blocks while they compute, for at most the request's time-out. The steps run one
     * after the other on the caller's thread, those too that do not wait for each other.
     *
     * <p>All of the answer is of one snapshot: the version of each model is chosen once, before the first step, such that
     * all of them were served at one moment, and answers every step that asks the model. A version that is retired meanwhile
     * is freed when the ensembles that use it are through. If a rollout chooses a candidate and the request fails, in
     * whatever step, the whole of it begins anew with what is served.
     *
     * <p>Priority, tenant and key of the request hold for every step, the time-out for all of them together. A policy
     * ({@link Request#by}) is for the model it names. Interceptors and observers are called for every step as for a call of
     * its model; a policy that an interceptor sets has no effect here. Listeners hear of the steps' answers when the last
     * step is through. Interceptors and functions may swap models; that does not wait for the old version to be freed.
     *
     * @param ensemble one that the server was built with
     * @param request a value for each of its inputs, and how to treat them
     * @return its outputs, and the version of each model that gave them
     * @throws NotFoundException if the ensemble is not served, or the request's policy
     * @throws RejectedInputException if an input is missing, unknown, or not what a step takes; the message of this and the
     *     next three names the step
     * @throws InferenceException if a model or a function failed
     * @throws DeadlineExceededException if the request's time was over before the answer was there
     * @throws io.mlops4j.OverloadedException if too many requests are waiting for a model, or an evicted version finds no room;
     *     says when to come back
     * @throws RejectedModelException if a version was evicted by the memory budget, and cannot be loaded again: it is not what
     *     it was, or there is not room enough for it
     * @throws io.mlops4j.StorageException if it was evicted, and cannot be read
     * @throws IllegalArgumentException if the request names a policy of a model that the ensemble does not ask
     * @throws IllegalStateException if the server is closed
     */
    public EnsemblePrediction predict(Ensemble ensemble, Request request) {
        return ensembles.predict(ensemble, request);
    }

    /**
     * Answers a request by models together, later. Does not block. Steps that do not wait for each other run side by side:
     * a model's where its requests run that are submitted, functions on threads of the server. What else
     * {@link #predict(Ensemble, Request)} says holds here as well, and what it throws fails the stage, all but an unknown
     * ensemble and a closed server, which are thrown at once.
     *
     * <p>The first failure of a step fails the whole: no step begins after it, and those that run are not waited for; but
     * the versions stay in use until the last of them has ended. The time-out is for all steps together; a function is not
     * called when it is over, and not interrupted either.
     *
     * <p>Interceptors are called before a step on the thread on which the last of its inputs came: the caller's for the
     * first steps, a thread of the server for the others. The stage completes on a thread of the server, or at once on the
     * caller's if all answers are kept or the request is refused: hand what takes long to another one. A swap or a close
     * that is called there does not wait for the old version to be freed. What is submitted there is answered before this
     * returns, its steps one after the other, as {@link #submit(ModelName, Request)} says.
     *
     * @param ensemble one that the server was built with
     * @param request a value for each of its inputs, and how to treat them
     * @return the outputs, and the version of each model that gave them
     * @throws NotFoundException if the ensemble is not served
     * @throws IllegalStateException if the server is closed
     */
    public CompletionStage<EnsemblePrediction> submit(Ensemble ensemble, Request request) {
        return ensembles.submit(ensemble, request);
    }

    /**
     * Answers a request later. Does not block. What {@link #predict(ModelName, Request)} throws fails the stage, all
     * but an unknown name and a closed server, which are thrown at once. The stage completes on a thread of the server, or at
     * once on the caller's if the answer is kept or the request refused:
     * hand what takes long to another one. A swap or a close that is called there does not wait for the old version to
     * be freed: that is done elsewhere.
     *
     * <p>What is submitted on a thread of the server, by a callback or by a function of an ensemble, is answered on that
     * thread before this returns, as {@link #predict(ModelName, Request)} would: so it may be waited for there. If the
     * thread's stack is deep already, as in a long loop of callbacks, a new thread answers it.
     *
     * @param name the model
     * @param request a value for each of its inputs, and how to treat them
     * @return the outputs, and the version that gave them
     * @throws NotFoundException if no model of that name is served
     * @throws IllegalStateException if the server is closed
     */
    public CompletionStage<Prediction> submit(ModelName name, Request request) {
        Slot slot = slot(name);
        if (WorkerThread.isCurrent()) {
            Served unused = slot.meant(Request.PLAIN); // throws if the server is closed
            return OnWorker.submit(() -> predict(name, request));
        }
        Around wrapped = around;
        return wrapped == null ? flow.submit(slot, request) : wrapped.submit(slot, request);
    }

    /**
     * Scores one row by the fast path and gives the first number of the answer. A row has no time-out, tenant or key and is of
     * normal priority: it waits for as long as it takes, in the queue of the tenant {@value Request#DEFAULT_TENANT} if there
     * is one. Use {@link #predict(ModelName, Request)} for what needs them.
     *
     * @param name the model; it must have the form that {@link RowForm} tells
     * @param row one value for each feature; only read, and not kept
     * @return the model's number for the row; for a classifier, that of its first class
     * @throws NotFoundException if no model of that name is served
     * @throws RejectedInputException if the model has another form, or the row another length
     * @throws InferenceException if the model failed while it computed
     * @throws io.mlops4j.OverloadedException if too many requests are waiting, or an evicted version finds no room; says when to
     *     come back
     * @throws RejectedModelException if the version was evicted by the memory budget, and cannot be loaded again: it is not what
     *     it was, or there is not room enough for it
     * @throws io.mlops4j.StorageException if it was evicted, and cannot be read
     * @throws IllegalStateException if the server is closed
     */
    public float score(ModelName name, float[] row) {
        return score(slot(name), requireNonNull(row, "row"), null)[0];
    }

    /**
     * Scores one row by the fast path. A row has no time-out, tenant or key and is of
     * normal priority: it waits for as long as it takes, in the queue of the tenant {@value Request#DEFAULT_TENANT} if there
     * is one. Use {@link #predict(ModelName, Request)} for what needs them.
     *
     * @param name the model; it must have the form that {@link RowForm} tells
     * @param row one value for each feature; only read, and not kept
     * @param out receives the numbers of the answer from index 0; must have room for them
     * @throws NotFoundException if no model of that name is served
     * @throws RejectedInputException if the model has another form, or the row another length
     * @throws InferenceException if the model failed while it computed
     * @throws io.mlops4j.OverloadedException if too many requests are waiting, or an evicted version finds no room; says when to
     *     come back
     * @throws RejectedModelException if the version was evicted by the memory budget, and cannot be loaded again: it is not what
     *     it was, or there is not room enough for it
     * @throws io.mlops4j.StorageException if it was evicted, and cannot be read
     * @throws IllegalArgumentException if {@code out} is too short
     * @throws IllegalStateException if the server is closed
     */
    public void score(ModelName name, float[] row, float[] out) {
        score(slot(name), requireNonNull(row, "row"), requireNonNull(out, "out"));
    }

    private float[] score(Slot slot, float[] row, float @Nullable [] out) {
        Around wrapped = around;
        return wrapped == null ? flow.score(slot, row, out) : wrapped.score(slot, row, out);
    }

    /**
     * Serves what a model's alias, and each other policy it is served by, means now. Blocks until the new version serves
     * and the old one is freed. Does nothing if the version is served already. Call it when an alias has moved, if the
     * server does not follow aliases by itself. A policy whose version cannot be served keeps the one it had, and does not
     * hinder the others.
     *
     * <p>Called by a listener that a registry calls while a refresh is under way on the same thread, it is done when that
     * one is over; until then the version is served, and given, that was served before.
     *
     * @param name a model that is served by alias
     * @return the version that is served to requests that name none
     * @throws NotFoundException if no model of that name is served, or its alias is gone
     * @throws RejectedModelException if the version is not signed as demanded, or cannot be loaded or warmed; the old one
     *     still serves
     * @throws IllegalStateException if the model is served from a file, or the server is closed
     */
    public VersionId refresh(ModelName name) {
        return slot(name).refresh();
    }

    /**
     * Brings a version into service step by step, judged by what it does, beside the one that is served. Blocks until the
     * candidate is loaded and warmed here. If the same rollout is under way, on any replica, takes part in it.
     *
     * @param name a model that is served by alias
     * @param candidate a version of it, other than the one the alias points at
     * @param rollout how
     * @return the rollout under way
     * @throws NotFoundException if no model of that name is served, or there is no such version
     * @throws RejectedModelException if the candidate cannot be loaded or warmed; the rollout is over, unless it was under way
     *     already and it is only that the memory budget of this server has no room: then the others go on
     * @throws io.mlops4j.OverloadedException if requests under way kept the room for too long; likewise
     * @throws io.mlops4j.ConflictException if another rollout of the model is under way
     * @throws IllegalArgumentException if the candidate is served already, or of another model, or a guardrail asks for what
     *     the server has no signal of
     * @throws IllegalStateException if the model is not served by alias in the first place, the server was built without
     *     rollouts, or it is closed
     */
    public RolloutRun rollout(ModelName name, VersionId candidate, Rollout rollout) {
        return desk().start(slot(name), candidate, rollout);
    }

    /**
     * The rollout of a model that is under way, whoever has started it: for a host that has been started anew, say. If this
     * replica does not take part yet it does now, which blocks until the candidate is loaded and warmed here.
     *
     * @param name a model that is served
     * @return the rollout, or empty if there is none
     * @throws NotFoundException if no model of that name is served
     * @throws RejectedModelException if the candidate cannot be loaded or warmed; the rollout is over, unless it is only that
     *     the memory budget of this server has no room
     * @throws IllegalStateException if the server was built without rollouts, or is closed
     * @throws io.mlops4j.StorageException if the journal could not be read; try again
     */
    public Optional<RolloutRun> rollout(ModelName name) {
        return desk().underWay(slot(name));
    }

    /**
     * Looks after rollouts now: takes part in those that other replicas have started, and ticks those under way. The server
     * does so by itself unless told otherwise. May block.
     *
     * @throws IllegalStateException if the server was built without rollouts
     * @throws io.mlops4j.StorageException if a journal or the registry could not be read or written; try again
     */
    public void tickRollouts() {
        desk().tick();
    }

    private RolloutDesk desk() {
        RolloutDesk desk = rollouts;
        if (desk == null) {
            throw new IllegalStateException("Cannot roll out: the server was built without rollouts");
        }
        return desk;
    }

    /**
     * Serves another file in place of the one served now. Blocks until the new one serves and the old one is freed.
     *
     * @param name a model that is served from a file
     * @param file the new model
     * @return its version, whose number counts the files served under this name
     * @throws NotFoundException if no model of that name is served, or a file is missing
     * @throws RejectedModelException if the file is not signed as demanded, or cannot be loaded or warmed; the old one
     *     still serves
     * @throws IllegalStateException if the model is served by alias, or the server is closed
     */
    public VersionId swap(ModelName name, ModelFile file) {
        return slot(name).swap(file::read);
    }

    /**
     * Serves other bytes in place of those served now, as {@link #swap(ModelName, ModelFile)} does.
     *
     * @param name a model that is served from a file
     * @param model the new model
     * @return its version, whose number counts the files served under this name
     * @throws NotFoundException if no model of that name is served
     * @throws RejectedModelException if the model is not signed as demanded, or cannot be loaded or warmed; the old one
     *     still serves
     * @throws IllegalStateException if the model is served by alias, or the server is closed
     */
    public VersionId swap(ModelName name, VerifiedModel model) {
        return slot(name).swap(label -> model);
    }

    /**
     * What is served.
     *
     * @return the version of every model, in the order of their names; empty once the server is closed
     */
    public Map<ModelName, VersionId> served() {
        Map<ModelName, VersionId> versions = new TreeMap<>();
        slots.values().forEach(slot -> slot.version().ifPresent(version -> versions.put(slot.name(), version)));
        return versions;
    }

    /**
     * Which versions of a model answer requests: one, or several if it is served by several policies. The candidate of a
     * rollout is not among them.
     *
     * @param name the model
     * @return in order; empty once the server is closed
     * @throws NotFoundException if no model of that name is served
     */
    public SortedSet<VersionId> versions(ModelName name) {
        return slot(name).versions();
    }

    /**
     * What a model takes and gives.
     *
     * @param name the model
     * @return the signature of the version that is served now
     * @throws NotFoundException if no model of that name is served
     * @throws IllegalStateException if the server is closed
     */
    public Signature signature(ModelName name) {
        Served served = slot(name).pin();
        try {
            return served.model().signature();
        } finally {
            served.lease().release();
        }
    }

    /**
     * Whether a model is batched, and why.
     *
     * @param name the model
     * @return what was found out of the version that is served now when it was loaded
     * @throws NotFoundException if no model of that name is served
     * @throws IllegalStateException if the server is closed
     */
    public Batchability batchability(ModelName name) {
        Served served = slot(name).pin();
        try {
            return served.batchability();
        } finally {
            served.lease().release();
        }
    }

    /**
     * How many requests to a model are under way, those that its retired versions are still answering included.
     *
     * @param name the model
     * @return zero or more; a snapshot
     * @throws NotFoundException if no model of that name is served
     */
    public long leases(ModelName name) {
        return slot(name).loaded().leases();
    }

    private Slot slot(ModelName name) {
        Slot slot = slots.get(name);
        if (slot == null) {
            throw new NotFoundException("Model " + name + " is not served here, expected one of "
                    + slots.keySet().stream().sorted().toList());
        }
        return slot;
    }

    private void gauge(Slot slot, MeterRegistry meters) {
        gauges.add(Gauge.builder("mlops.models.loaded", slot.loaded(), Loadings::count)
                .description("Versions in memory, those that are draining included")
                .tag("model", slot.name().value())
                .register(meters));
        gauges.add(Gauge.builder("mlops.leases", slot.loaded(), Loadings::leases)
                .description("Requests under way")
                .tag("model", slot.name().value())
                .register(meters));
    }

    /**
     * Takes no more requests, waits until those under way are answered (asking slow ones to stop after the drain
     * time-out), and frees every model. The stage of a submitted request may complete a moment later. An interrupt does not
     * end the waiting, and is restored. A model that is being swapped by this thread, whose source or runtime calls this,
     * is closed like the others; the swap then fails. Closing twice is closing once.
     */
    @Override
    public void close() {
        MemoryLedger ledger = memory;
        if (ledger != null) {
            ledger.stop(); // a rollout that is about to join may be waiting for room
        }
        RolloutDesk desk = rollouts;
        if (desk != null) {
            desk.close();
        }
        Follower following = follower;
        if (following != null) {
            following.close();
        }
        if (ensembles.isEmpty()) {
            slots.values().forEach(Slot::close);
        } else {
            Closing.closeAll(slots.values());
        }
        if (Closing.waits()) { // else requests may be under way that need them; they end by themselves when idle
            threads.close();
        }
        if (ledger != null) {
            ledger.close();
        }
        MeterRegistry meters = registry;
        if (meters != null) {
            removeMeters(meters);
        }
    }

    private void removeMeters(MeterRegistry meters) {
        var failures = new MeterFailures("the server");
        gauges.forEach(gauge -> failures.contain(() -> meters.remove(gauge)));
        ensembles.close();
    }
}
