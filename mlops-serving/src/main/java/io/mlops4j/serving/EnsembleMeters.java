package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Times the requests to one ensemble, by how they ended. The meters last as long as the server. What they throw
 * is contained.
 *
 * <p>Thread-safe.
 */
final class EnsembleMeters implements AutoCloseable {
    static final String TIMER = "mlops.ensemble";

    private final @Nullable MeterRegistry registry;
    private final Map<String, Timer> timers = new HashMap<>();
    private final MeterFailures failures;

    /**
     * Makes the meters of an ensemble.
     *
     * @param registry null for none
     */
    EnsembleMeters(@Nullable MeterRegistry registry, Ensemble ensemble) {
        this.registry = registry;
        this.failures = new MeterFailures("ensemble " + ensemble.name());
        if (registry != null) {
            for (String outcome : Observations.OUTCOMES) {
                timers.put(
                        outcome,
                        VersionMeters.bounded(Timer.builder(TIMER)
                                        .description("Time to answer a request by models together")
                                        .tags("ensemble", ensemble.name(), "outcome", outcome))
                                .register(registry));
            }
        }
    }

    /** A request was answered that was asked at a time of {@link System#nanoTime()}. */
    void answered(long start) {
        record(Observations.OK, start);
    }

    void failed(long start, Throwable e) {
        record(Observations.outcome(e), start);
    }

    private void record(String outcome, long start) {
        Timer timer = timers.get(outcome);
        if (timer != null) {
            failures.contain(() -> timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS));
        }
    }

    @Override
    public void close() {
        MeterRegistry meters = registry;
        if (meters != null) {
            timers.values().forEach(timer -> failures.contain(() -> meters.remove(timer)));
        }
    }
}
