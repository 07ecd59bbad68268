package io.mlops4j.tracking;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * The value of a metric at a step.
 *
 * <p>Immutable.
 *
 * @param step such as the epoch or the day; any number
 * @param value may be NaN or infinite
 * @param time when it was logged, by the run's clock
 */
public record MetricPoint(long step, double value, Instant time) {
    /** Checks that nothing is null. */
    public MetricPoint {
        requireNonNull(time, "time");
    }
}
