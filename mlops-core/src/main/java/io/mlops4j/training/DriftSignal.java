package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.time.Instant;

/**
 * What a drift monitor says at one moment: how far the world has moved from what the model was trained on.
 *
 * <p>Immutable.
 *
 * @param model the model that is watched
 * @param score 0 (as in training) to 1 (certainly moved)
 * @param alarm whether a feature has drifted by its present verdict, or a detector has alarmed since its reference was
 *     last set
 * @param reason what moved, for people: the detector, the feature and the statistic
 * @param at the moment
 */
public record DriftSignal(ModelName model, double score, boolean alarm, String reason, Instant at) {
    /**
     * Checks the score.
     *
     * @throws IllegalArgumentException if the score is outside 0 to 1 or NaN
     */
    public DriftSignal {
        requireNonNull(model, "model");
        requireNonNull(reason, "reason");
        requireNonNull(at, "at");
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException(
                    "Invalid drift score " + score + " of model " + model + ": expected 0 to 1");
        }
    }
}
