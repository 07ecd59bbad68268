package io.mlops4j.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.mlops4j.model.VersionId;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts how one version's questions met the cache. The meters go when the version goes.
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
    static final CacheMeters NONE = new CacheMeters(null, List.of());

    private final @Nullable MeterRegistry registry;
    private final List<Counter> counters;

    private CacheMeters(@Nullable MeterRegistry registry, List<Counter> counters) {
        this.registry = registry;
        this.counters = counters;
    }

    static CacheMeters of(@Nullable MeterRegistry registry, VersionId version) {
        if (registry == null) {
            return NONE;
        }
        Tags tags = Tags.of("model", version.model().value(), "version", Integer.toString(version.number()));
        return new CacheMeters(
                registry,
                Stream.of(Result.values())
                        .map(result -> Counter.builder(REQUESTS)
                                .description("Requests by how they met the cache")
                                .tags(tags.and("result", result.tag()))
                                .register(registry))
                        .toList());
    }

    void count(Result result) {
        if (registry != null) {
            counters.get(result.ordinal()).increment();
        }
    }

    void close() {
        MeterRegistry meters = registry;
        if (meters != null) {
            counters.forEach(meters::remove);
        }
    }
}
