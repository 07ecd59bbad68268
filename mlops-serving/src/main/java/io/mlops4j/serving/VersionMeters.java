package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one loaded version. They are made when it is loaded and removed when it is freed, so that there are
 * never meters of more versions than are loaded. What they throw is contained.
 *
 * <p>Thread-safe.
 */
final class VersionMeters {
    static final String TIMER = "mlops.inference";
    static final String OUTCOMES = "mlops.inference.outcomes";

    /** Fixed bounds, the same in every process, so that histograms of several processes add up. */
    private static final Duration[] BOUNDS = {
        Duration.ofNanos(2_500), Duration.ofNanos(5_000), Duration.ofNanos(10_000), Duration.ofNanos(25_000),
        Duration.ofNanos(50_000), Duration.ofNanos(100_000), Duration.ofNanos(250_000), Duration.ofNanos(500_000),
        Duration.ofMillis(1), Duration.ofNanos(2_500_000), Duration.ofMillis(5), Duration.ofMillis(10),
        Duration.ofMillis(25), Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(250),
        Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(2_500), Duration.ofSeconds(5)
    };

    private static final VersionMeters NONE =
            new VersionMeters(null, QueueMeters.NONE, CacheMeters.NONE, new MeterFailures("nothing"));

    /** All meters, or none of them. */
    private record Made(MeterRegistry registry, Timer timer, Counter ok, Map<String, Counter> others) {}

    private final @Nullable Made made;

    private final QueueMeters queue;
    private final CacheMeters cache;
    private final MeterFailures failures;

    private VersionMeters(@Nullable Made made, QueueMeters queue, CacheMeters cache, MeterFailures failures) {
        this.made = made;
        this.queue = queue;
        this.cache = cache;
        this.failures = failures;
    }

    static VersionMeters of(
            @Nullable MeterRegistry registry, VersionId version, String runtime, QueueMeters queue, CacheMeters cache) {
        if (registry == null) {
            return NONE;
        }
        Tags tags = Tags.of(
                "model", version.model().value(), "version", Integer.toString(version.number()), "runtime", runtime);
        Timer timer = bounded(Timer.builder(TIMER)
                        .description("Time to answer a request")
                        .tags(tags))
                .register(registry);
        Map<String, Counter> outcomes = new HashMap<>();
        for (String outcome : Observations.OUTCOMES) {
            outcomes.put(outcome, outcome(registry, tags, outcome));
        }
        Counter ok = requireNonNull(outcomes.remove(Observations.OK));
        return new VersionMeters(
                new Made(registry, timer, ok, Map.copyOf(outcomes)),
                queue,
                cache,
                new MeterFailures("version " + version));
    }

    /** With a histogram of fixed bounds. */
    static Timer.Builder bounded(Timer.Builder timer) {
        return timer.serviceLevelObjectives(BOUNDS)
                .minimumExpectedValue(BOUNDS[0])
                .maximumExpectedValue(BOUNDS[BOUNDS.length - 1]);
    }

    private static Counter outcome(MeterRegistry registry, Tags tags, String outcome) {
        return Counter.builder(OUTCOMES)
                .description("Requests by how they ended")
                .tags(tags.and("outcome", outcome))
                .register(registry);
    }

    /** Whether anybody wants to know how long an answer took. */
    boolean areOn() {
        return made != null;
    }

    void ok(long nanos) {
        if (made != null) {
            try {
                made.timer.record(nanos, TimeUnit.NANOSECONDS);
                made.ok.increment();
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                failures.caught(e);
            }
        }
    }

    /** A request had no answer: what was wrong with it, with the load, or with the model. */
    void failed(Throwable e) {
        if (made != null) {
            failures.contain(requireNonNull(made.others.get(Observations.outcome(e)))::increment);
        }
    }

    /** Removes them, and those of the version's queue and cache. */
    void close() {
        queue.close();
        cache.close();
        if (made != null) {
            List<Meter> all = new ArrayList<>(made.others.values());
            all.add(made.timer);
            all.add(made.ok);
            all.forEach(meter -> failures.contain(() -> made.registry.remove(meter)));
        }
    }
}
