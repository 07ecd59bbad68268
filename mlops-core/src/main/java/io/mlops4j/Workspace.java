package io.mlops4j;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.mlops4j.care.Care;
import io.mlops4j.model.ModelName;
import io.mlops4j.pipeline.PromotionPipeline;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.BlobStore;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.tracking.StoreTracker;
import io.mlops4j.tracking.Tracker;
import io.mlops4j.training.ContinuousTraining;
import io.mlops4j.training.ContinuousTrainingBuilder;
import io.mlops4j.training.Retrain;
import io.mlops4j.training.TrainingQueue;
import java.nio.file.Path;
import java.time.Clock;

/**
 * All rooms of the library on one directory, or on any store: the convenient way in for one process. Nothing here cannot
 * be had by opening the parts oneself.
 *
 * <pre>{@code
 * try (var home = Workspace.open(Path.of("mlops"))) {
 *     var rides = ModelName.of("rides");
 *     ModelVersion v1 = home.registry().register(rides, Path.of("rides.onnx"), Provenance.of(commit));
 *     home.registry().move(rides.alias("champion")).to(v1).because("first model", "ana");
 * }
 * }</pre>
 *
 * <p>Any number of workspaces, in any number of processes, may be open on one directory. What a call acknowledges is
 * durable; see {@link ObjectStore}.
 *
 * <p>Thread-safe.
 */
public final class Workspace implements AutoCloseable {
    private final ObjectStore store;
    private final Ownership ownership;
    private final Clock clock;
    private final MeterRegistry meters;
    private final BlobStore blobs;
    private final Tracker tracker;
    private final ModelRegistry registry;
    private final TrainingQueue queue;

    /** Who closes the store. */
    private enum Ownership {
        OURS,
        CALLERS
    }

    private Workspace(ObjectStore store, Ownership ownership, Clock clock, MeterRegistry meters) {
        this.store = store;
        this.ownership = ownership;
        this.clock = clock;
        this.meters = meters;
        blobs = BlobStore.in(store, clock);
        tracker = StoreTracker.open(store, clock);
        registry = StoreRegistry.open(store, clock);
        queue = TrainingQueue.open(store, "default", clock);
    }

    /**
     * Opens a directory, which comes into being with its first use; the system's clock, Micrometer's global registry.
     *
     * @param directory where everything is kept
     * @return the workspace, to be closed
     * @throws StorageException if the directory cannot be used
     * @throws CorruptionException if what it holds is broken
     */
    public static Workspace open(Path directory) {
        return open(directory, Clock.systemUTC(), Metrics.globalRegistry);
    }

    /**
     * Opens a directory.
     *
     * @param directory where everything is kept
     * @param clock dates everything
     * @param meters where pipelines count and time
     * @return the workspace, to be closed
     * @throws StorageException if the directory cannot be used
     * @throws CorruptionException if what it holds is broken
     */
    public static Workspace open(Path directory, Clock clock, MeterRegistry meters) {
        ObjectStore store = FileObjectStore.open(directory);
        try {
            return new Workspace(
                    store, Ownership.OURS, requireNonNull(clock, "clock"), requireNonNull(meters, "meters"));
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /**
     * Opens any store.
     *
     * @param store where everything is kept; stays open when the workspace is closed
     * @param clock dates everything
     * @param meters where pipelines count and time
     * @return the workspace
     * @throws StorageException if the store cannot be read
     * @throws CorruptionException if what it holds is broken
     */
    public static Workspace on(ObjectStore store, Clock clock, MeterRegistry meters) {
        return new Workspace(
                requireNonNull(store, "store"),
                Ownership.CALLERS,
                requireNonNull(clock, "clock"),
                requireNonNull(meters, "meters"));
    }

    /**
     * The store under everything.
     *
     * @return open until the workspace is closed
     */
    public ObjectStore store() {
        return store;
    }

    /**
     * Content-addressed blobs.
     *
     * @return the blobs of the store
     */
    public BlobStore blobs() {
        return blobs;
    }

    /**
     * Runs.
     *
     * @return the tracker
     */
    public Tracker tracker() {
        return tracker;
    }

    /**
     * Models, versions and aliases.
     *
     * @return the registry
     */
    public ModelRegistry registry() {
        return registry;
    }

    /**
     * Verification of the store, and collection of its garbage.
     *
     * @return care for the store
     */
    public Care care() {
        return Care.of(store, clock);
    }

    /**
     * Trainings that were decided and are not done.
     *
     * @return the queue named {@code default}
     */
    public TrainingQueue queue() {
        return queue;
    }

    /**
     * Begins to describe the pipeline of a model, on this workspace's store, clock and meters.
     *
     * @param model the model whose versions it promotes
     * @return a builder
     */
    public PromotionPipeline.Builder pipeline(ModelName model) {
        return PromotionPipeline.of(model, store).clock(clock).meters(meters);
    }

    /**
     * Begins to describe the continuous training of a model, on this workspace's store, clock and queue.
     *
     * @param model what to train
     * @param retrain what a decision leads to
     * @return a builder
     */
    public ContinuousTrainingBuilder training(ModelName model, Retrain retrain) {
        return ContinuousTraining.of(model, store, retrain).queue(queue).clock(clock);
    }

    /** Closes the store if it was opened here. Closing twice does nothing. */
    @Override
    public void close() {
        if (ownership == Ownership.OURS) {
            store.close();
        }
    }
}
