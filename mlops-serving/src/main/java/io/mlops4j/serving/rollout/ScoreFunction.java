package io.mlops4j.serving.rollout;

import io.mlops4j.model.Value;
import java.util.Map;

/**
 * Reads the one number by which a model's answers are compared, such as the probability of a class. Called on the thread of a
 * request: be quick. What it throws is contained, and the answer is not compared.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface ScoreFunction {
    /**
     * Reads the score of an answer.
     *
     * @param outputs by the model's output names
     * @return a number; NaN if the answer has none
     */
    double of(Map<String, Value> outputs);
}
