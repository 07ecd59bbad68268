package io.mlops4j.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.mlops4j.model.VersionId;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts how one version's questions met the cache. The meters go when the version goes. What
 * they throw is contained.
 *
 * <p>Thread-safe.
 */
final class CacheMeters {
    static final String REQUESTS = "mlops.cache.requests";

    /** How a question met the cache. */
    enum Result {
        /** The answer was there. */
        HIT,
        /** The answers to some of its rows were there. */
        PARTIAL,
        /** Another caller was about to compute the answer. */
        SHARED,
        /** It was computed. */
        MISS;

        private String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Those of a version without a cache, or of a server without meters. */
    static final CacheMeters NONE = new CacheMeters(null, Map.of(), new MeterFailures("nothing"));

    private final @Nullable MeterRegistry registry;
    private final Map<Result, Counter> counters;
    private final MeterFailures failures;

    private CacheMeters(@Nullable MeterRegistry registry, Map<Result, Counter> counters, MeterFailures failures) {
        this.registry = registry;
        this.counters = counters;
        this.failures = failures;
    }

    static CacheMeters of(@Nullable MeterRegistry registry, VersionId version) {
        if (registry == null) {
            return NONE;
        }
        Tags tags = Tags.of("model", version.model().value(), "version", Integer.toString(version.number()));
        Map<Result, Counter> counters = new EnumMap<>(Result.class);
        for (Result result : Result.values()) {
            counters.put(
                    result,
                    Counter.builder(REQUESTS)
                            .description("Requests by how they met the cache")
                            .tags(tags.and("result", result.tag()))
                            .register(registry));
        }
        return new CacheMeters(registry, counters, new MeterFailures("the cache of version " + version));
    }

    void count(Result result) {
        Counter counter = counters.get(result);
        if (counter != null) {
            try {
                counter.increment();
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                failures.caught(e);
            }
        }
    }

    void close() {
        MeterRegistry meters = registry;
        if (meters != null) {
            counters.values().forEach(counter -> failures.contain(() -> meters.remove(counter)));
        }
    }
}
