package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each loaded version what brings calls to it, as the server's builder says.
 *
 * <p>Thread-safe.
 */
final class Dispatching {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatching.class);

    private final Plan fallback;
    private final Map<ModelName, Plan> plans;
    private final List<Map<String, Value>> recorded;
    private final ServerThreads threads;
    private final @Nullable MeterRegistry registry;

    /**
     * What is wanted for a model.
     *
     * @param batching how to batch, or null if not said
     * @param overload how to queue, or null if not said
     */
    record Plan(@Nullable Batching batching, @Nullable Overload overload) {
        static final Plan UNSAID = new Plan(null, null);

        Plan with(Batching value) {
            return new Plan(value, overload);
        }

        Plan with(Overload value) {
            return new Plan(batching, value);
        }

        Plan or(Plan other) {
            return new Plan(batching == null ? other.batching : batching, overload == null ? other.overload : overload);
        }
    }

    /** What brings calls to a version, whether it is batched, and what counts its queue. */
    record Chosen(Dispatcher dispatcher, Batchability batchability, QueueMeters meters) {}

    Dispatching(
            Plan fallback,
            Map<ModelName, Plan> plans,
            List<Map<String, Value>> recorded,
            ServerThreads threads,
            @Nullable MeterRegistry registry) {
        this.fallback = fallback;
        this.plans = Map.copyOf(plans);
        this.recorded = recorded;
        this.threads = threads;
        this.registry = registry;
    }

    /** Chooses for a version that is loaded and warm. Probes it if it is to be batched. */
    Chosen choose(VersionId version, LoadedModel model) {
        Plan plan = plans.getOrDefault(version.model(), Plan.UNSAID).or(fallback);
        Batching batching = plan.batching() == null ? Batching.off() : plan.batching();
        if (!batching.isOn() && plan.overload() == null) {
            return new Chosen(
                    new DirectDispatcher(model, threads.deadlines(), threads.workers()),
                    Batchability.UNASKED,
                    QueueMeters.NONE);
        }
        Overload overload = plan.overload() == null ? Overload.standard() : plan.overload();
        Batchability verdict = batching.isOn() ? probe(version, model, batching) : Batchability.UNASKED;
        QueueMeters meters = QueueMeters.of(registry, version);
        var dispatcher = new QueueDispatcher(
                version,
                model,
                verdict.isBatched() ? batching.maxRows() : 1,
                overload,
                threads.deadlines(),
                meters,
                QueueDispatcher.workers(version, overload.instances()));
        return new Chosen(dispatcher, verdict, meters);
    }

    private Batchability probe(VersionId version, LoadedModel model, Batching batching) {
        Batchability verdict = new BatchProbe(model, batching.maxRows(), recorded, threads.deadlines()).judge();
        if (verdict.isBatched()) {
            LOG.debug("Model {} is batched: {}", version, verdict.reason());
        } else {
            LOG.warn("Model {} is not batched: {}", version, verdict.reason());
        }
        return verdict;
    }
}
