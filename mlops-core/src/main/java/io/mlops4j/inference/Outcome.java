package io.mlops4j.inference;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * The truth about one inference, learned later.
 *
 * <p>Immutable.
 *
 * @param id the id of the {@link Inference} that it belongs to
 * @param actual what really happened, in the unit of the model's prediction; for a class, its index
 * @param at when it became known
 */
public record Outcome(String id, double actual, Instant at) {
    /**
     * Checks the value.
     *
     * @throws IllegalArgumentException if {@code actual} is NaN or infinite
     */
    public Outcome {
        requireNonNull(id, "id");
        requireNonNull(at, "at");
        if (!Double.isFinite(actual)) {
            throw new IllegalArgumentException(
                    "Invalid outcome " + actual + " of inference " + id + ": expected a finite number");
        }
    }
}
