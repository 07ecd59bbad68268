package io.mlops4j.serving.trial;

import io.mlops4j.inference.Outcome;
import io.mlops4j.model.Value;
import io.mlops4j.serving.rollout.Signals;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a host's functions say of answers, and contains what they throw.
 *
 * <p>Thread-safe.
 *
 * @param signals the functions
 */
record Readings(Signals signals) {
    private static final Logger LOG = LoggerFactory.getLogger(Readings.class);

    /** The score as a part of its range, or NaN. */
    double score(Answer answer) {
        if (signals.scoring().isEmpty() || answer.isFailure()) {
            return Double.NaN;
        }
        Signals.Scoring scoring = signals.scoring().get();
        try {
            double score = scoring.function().of(answer.outputs().orElseThrow());
            return Math.max(0, Math.min(1, (score - scoring.low()) / (scoring.high() - scoring.low())));
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            LOG.debug(
                    "The score of an answer could not be read: {}", e.getClass().getName());
            return Double.NaN;
        }
    }

    /** How wrong an answer was, 0 to 1, or NaN. */
    double loss(Map<String, Value> outputs, Outcome outcome) {
        if (signals.truth().isEmpty()) {
            return Double.NaN;
        }
        try {
            return Math.max(0, Math.min(1, signals.truth().get().loss().of(outputs, outcome)));
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            LOG.debug(
                    "The loss of an answer could not be read: {}", e.getClass().getName());
            return Double.NaN;
        }
    }
}
