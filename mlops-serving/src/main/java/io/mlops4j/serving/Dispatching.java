package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.util.HashMap;
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

    /** A model that is given a cache has one of its own; the others share one. */
    private final Map<ModelName, ResponseCache> caches = new HashMap<>();

    private final @Nullable ResponseCache sharedCache;
    private final PerModel<WarmUp> warmUps;
    private final ServerThreads threads;
    private final @Nullable MeterRegistry registry;

    /**
     * What is wanted for a model.
     *
     * @param batching how to batch, or null if not said
     * @param overload how to queue, or null if not said
     * @param caching what answers to keep, or null if not said
     */
    record Plan(
            @Nullable Batching batching,
            @Nullable Overload overload,
            @Nullable Caching caching) {
        static final Plan UNSAID = new Plan(null, null, null);

        Plan with(Batching value) {
            return new Plan(value, overload, caching);
        }

        Plan with(Overload value) {
            return new Plan(batching, value, caching);
        }

        Plan with(Caching value) {
            return new Plan(batching, overload, value);
        }

        Plan or(Plan other) {
            return new Plan(
                    batching == null ? other.batching : batching,
                    overload == null ? other.overload : overload,
                    caching == null ? other.caching : caching);
        }
    }

    /** What brings calls to a version, whether it is batched, and what counts its queue and its use of the cache. */
    record Chosen(Dispatcher dispatcher, Batchability batchability, QueueMeters meters, CacheMeters cacheMeters) {}

    /** What running a version told: whether it is batched, and whether its answers are cached by row. */
    record Findings(Batchability batchability, boolean rowLocal) {}

    Dispatching(
            Plan fallback,
            Map<ModelName, Plan> plans,
            PerModel<WarmUp> warmUps,
            ServerThreads threads,
            @Nullable MeterRegistry registry) {
        this.fallback = fallback;
        this.plans = Map.copyOf(plans);
        this.sharedCache = cache(fallback.caching());
        plans.forEach((name, plan) -> {
            ResponseCache own = cache(plan.caching());
            if (own != null) {
                caches.put(name, own);
            }
        });
        this.warmUps = warmUps;
        this.threads = threads;
        this.registry = registry;
    }

    private static @Nullable ResponseCache cache(@Nullable Caching caching) {
        return caching == null || !caching.isOn() ? null : new ResponseCache(caching.maxBytes());
    }

    /**
     * Finds out what must be known of a version before it is batched, or cached by row. It runs the version, in batches as
     * large as it will get: do it where that is measured.
     */
    Findings judge(VersionId version, LoadedModel model) {
        Plan plan = plan(version);
        Batching batching = batching(plan);
        Batchability found = batching.isOn() ? probe(version, model, batching) : Batchability.UNASKED;
        Caching caching = plan.caching();
        boolean byRow = caching != null && caching.isOn() && caching.grain() == Caching.Grain.ROW;
        return new Findings(found, byRow && isRowLocal(version, found, model));
    }

    private boolean isRowLocal(VersionId version, Batchability found, LoadedModel model) {
        return found.verdict() == Batchability.Verdict.NOT_ASKED
                ? judge(version, model, Batching.whenBusy().maxRows()).isBatched()
                : found.isBatched();
    }

    private Plan plan(VersionId version) {
        return plans.getOrDefault(version.model(), Plan.UNSAID).or(fallback);
    }

    private static Batching batching(Plan plan) {
        return plan.batching() == null ? Batching.off() : plan.batching();
    }

    /** Chooses for a version that is loaded, warm and judged. */
    Chosen choose(VersionId version, VerifiedModel verified, LoadedModel model, Findings findings) {
        Plan plan = plan(version);
        Chosen uncached = choose(version, plan, model, findings.batchability());
        Caching caching = plan.caching();
        if (caching == null || !caching.isOn()) {
            return uncached;
        }
        ResponseCache cache = requireNonNull(caches.getOrDefault(version.model(), sharedCache));
        CacheMeters meters = CacheMeters.of(registry, version);
        var dispatcher = CachingDispatcher.of(
                version,
                uncached.dispatcher(),
                cache,
                verified,
                model.signature(),
                findings.rowLocal(),
                meters,
                threads.deadlines());
        return new Chosen(dispatcher, uncached.batchability(), uncached.meters(), meters);
    }

    private Chosen choose(VersionId version, Plan plan, LoadedModel model, Batchability verdict) {
        Batching batching = batching(plan);
        if (!batching.isOn() && plan.overload() == null) {
            return new Chosen(
                    new DirectDispatcher(model, threads.deadlines(), threads.workers()),
                    Batchability.UNASKED,
                    QueueMeters.NONE,
                    CacheMeters.NONE);
        }
        Overload overload = plan.overload() == null ? Overload.standard() : plan.overload();
        QueueMeters meters = QueueMeters.of(registry, version);
        var dispatcher = new QueueDispatcher(
                version,
                model,
                verdict.isBatched() ? batching.maxRows() : 1,
                overload,
                threads.deadlines(),
                meters,
                QueueDispatcher.workers(version, overload.instances()));
        return new Chosen(dispatcher, verdict, meters, CacheMeters.NONE);
    }

    private Batchability probe(VersionId version, LoadedModel model, Batching batching) {
        Batchability verdict = judge(version, model, batching.maxRows());
        if (verdict.isBatched()) {
            LOG.debug("Model {} is batched: {}", version, verdict.reason());
        } else {
            LOG.warn("Model {} is not batched: {}", version, verdict.reason());
        }
        return verdict;
    }

    private Batchability judge(VersionId version, LoadedModel model, int maxRows) {
        WarmUp warmUp = warmUps.of(version.model());
        return new BatchProbe(model, maxRows, warmUp.requests(), threads.deadlines()).judge();
    }
}
