package io.mlops4j.benchmarks;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A benchmark method with its parameters: one side of a {@link Claim}.
 *
 * <p>Immutable.
 *
 * @param benchmark the class
 * @param method the method
 * @param model the value of the benchmark's {@code model} parameter; null if it has none
 */
record Side(Class<?> benchmark, String method, @Nullable String model) implements Claim.Rival {
    /**
     * Finds this side's time.
     *
     * @param nanos the time of each side that was measured
     * @return in nanoseconds
     */
    @Override
    public double nanos(Map<Side, Double> nanos) {
        Double time = nanos.get(this);
        if (time == null) {
            throw new IllegalStateException("No measurement of " + this);
        }
        return time;
    }
}
