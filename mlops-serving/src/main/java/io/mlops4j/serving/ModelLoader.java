package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.MlopsException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.VersionId;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings a version from verified bytes to ready: admits it, finds a runtime, loads, warms.
 *
 * <p>Thread-safe.
 */
final class ModelLoader {
    private final PerModel<List<InferenceRuntime>> runtimes;
    private final Admission admission;
    private final PerModel<WarmUp> warmUps;
    private final @Nullable MeterRegistry registry;
    private final Dispatching dispatching;
    private final Ensembles ensembles;
    private final @Nullable MemoryLedger memory;

    /** A model that is warm, and what running it told. */
    record Ready(LoadedModel model, Dispatching.Findings findings) {}

    ModelLoader(
            PerModel<List<InferenceRuntime>> runtimes,
            Admission admission,
            PerModel<WarmUp> warmUps,
            @Nullable MeterRegistry registry,
            Dispatching dispatching,
            Ensembles ensembles,
            @Nullable MemoryLedger memory) {
        this.runtimes = runtimes;
        this.admission = admission;
        this.warmUps = warmUps;
        this.registry = registry;
        this.dispatching = dispatching;
        this.ensembles = ensembles;
        this.memory = memory;
    }

    /** What keeps the memory budget, if there is one. */
    @Nullable MemoryLedger memory() {
        return memory;
    }

    /**
     * Loads and warms; leaves nothing behind if that fails. What it gives is held in the memory budget.
     *
     * @throws RejectedModelException if the model is not admitted, no runtime takes it, an ensemble cannot ask it, it cannot
     *     be loaded or warmed, or there is no room for it
     */
    Served load(VersionId version, VerifiedModel verified) {
        return load(version, verified, null);
    }

    /**
     * Loads what was evicted, again.
     *
     * @throws RejectedModelException as {@link #load}, and if it is not what it was
     */
    Served reload(Served evicted, VerifiedModel verified) {
        Residents.Residence before = evicted.residence();
        if (before != null) {
            before.requireSame(verified);
        }
        return load(evicted.version(), verified, before);
    }

    private Served load(VersionId version, VerifiedModel verified, Residents.@Nullable Residence before) {
        if (verified == null) {
            throw new RejectedModelException(
                    "Cannot load model " + version + ": its source gave null, expected its verified bytes");
        }
        admission.check(verified);
        InferenceRuntime runtime = runtimeFor(version, verified);
        if (memory == null) {
            return serve(version, verified, runtime, ready(version, runtime, verified), null);
        }
        MemoryLedger.Admitted admitted =
                memory.load(version, verified, before, () -> ready(version, runtime, verified));
        Served served = null;
        try {
            served = serve(version, verified, runtime, admitted.ready(), admitted.residence());
            admitted.residence().entered(served);
            return served;
        } finally {
            if (served == null) {
                admitted.residence().freed();
            }
        }
    }

    /** All that runs the model before it serves, and so makes it take the memory that it will need. */
    private Ready ready(VersionId version, InferenceRuntime runtime, VerifiedModel verified) {
        LoadedModel opened = open(runtime, verified);
        return closedOnFailure(verified, opened, () -> {
            var model = new CheckedModel(version, opened);
            ensembles.check(version, model.signature());
            new Warmer(verified.label(), model, warmUps.of(version.model())).warm();
            return new Ready(model, dispatching.judge(version, model));
        });
    }

    private Served serve(
            VersionId version,
            VerifiedModel verified,
            InferenceRuntime runtime,
            Ready ready,
            Residents.@Nullable Residence residence) {
        LoadedModel model = ready.model();
        return closedOnFailure(verified, model, () -> {
            Dispatching.Chosen chosen = dispatching.choose(version, verified, model, ready.findings());
            return new Served(
                    version,
                    model,
                    chosen,
                    VersionMeters.of(
                            registry, version, model.runtime(runtime.name()), chosen.meters(), chosen.cacheMeters()),
                    residence);
        });
    }

    private static <T> T closedOnFailure(VerifiedModel verified, LoadedModel model, Supplier<T> step) {
        try {
            return step.get();
        } catch (Exception e) {
            close(model, e);
            throw rejected(verified, e);
        } catch (Error e) {
            close(model, e);
            throw e;
        }
    }

    private static void close(LoadedModel model, Throwable after) {
        try {
            model.close();
        } catch (RuntimeException e) {
            after.addSuppressed(e);
        }
    }

    private LoadedModel open(InferenceRuntime runtime, VerifiedModel verified) {
        LoadedModel model;
        try {
            model = runtime.load(verified);
        } catch (Exception e) {
            throw rejected(verified, e);
        }
        if (model == null) {
            throw new RejectedModelException(
                    "Cannot load model " + verified.label() + ": runtime " + runtime.name() + " gave null");
        }
        return model;
    }

    private InferenceRuntime runtimeFor(VersionId version, VerifiedModel verified) {
        List<InferenceRuntime> asked = runtimes.of(version.model());
        for (InferenceRuntime runtime : asked) {
            if (accepts(runtime, verified)) {
                return runtime;
            }
        }
        throw new RejectedModelException("Cannot load model " + verified.label() + " from "
                + Text.quote(verified.fileName()) + ": no runtime takes it, expected a model for one of "
                + asked.stream().map(InferenceRuntime::name).toList());
    }

    private static boolean accepts(InferenceRuntime runtime, VerifiedModel verified) {
        try {
            return runtime.accepts(verified);
        } catch (Exception e) {
            throw rejected(verified, e);
        }
    }

    private static MlopsException rejected(VerifiedModel verified, Exception e) {
        return e instanceof MlopsException typed
                ? typed
                : new RejectedModelException(
                        "Cannot load model " + verified.label() + ": " + Text.quote(CheckedModel.said(e)), e);
    }
}
