package io.mlops4j.benchmarks;

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
    @Override
    public double ratio(Side ours, Times times) {
        return times.ratio(ours, this);
    }
}
