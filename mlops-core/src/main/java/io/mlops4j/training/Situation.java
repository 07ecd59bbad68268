package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known when a model's triggers are looked at.
 *
 * <p>Immutable.
 *
 * @param model the model
 * @param at now
 * @param since when they were looked at before; what happened up to then has been dealt with
 * @param drift the strongest drift signal; empty if nothing watches for drift
 * @param newRows how many rows came since the last training that was promoted, 0 or more
 * @param trainedAt when that training was decided, or when the watch began
 */
public record Situation(
        ModelName model, Instant at, Instant since, Optional<DriftSignal> drift, long newRows, Instant trainedAt) {
    /**
     * Checks the number of rows.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Situation {
        requireNonNull(model, "model");
        requireNonNull(at, "at");
        requireNonNull(since, "since");
        requireNonNull(drift, "drift");
        requireNonNull(trainedAt, "trainedAt");
        if (newRows < 0) {
            throw new IllegalArgumentException(
                    "Invalid number of new rows " + newRows + " of model " + model + ": expected 0 or more");
        }
    }

    /**
     * How far the world has moved.
     *
     * @return 0 to 1; 0 if nothing watches for drift
     */
    public double driftScore() {
        return drift.map(DriftSignal::score).orElse(0.0);
    }
}
