package io.mlops4j.serving.rollout;

import io.mlops4j.inference.Outcome;
import io.mlops4j.model.Value;
import java.util.Map;

/**
 * Says how wrong an answer was, once the truth is known. What it throws is contained, and the outcome is not compared.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface OutcomeLoss {
    /**
     * Judges an answer.
     *
     * @param outputs by the model's output names
     * @param outcome what really happened
     * @return 0 for right to 1 for as wrong as can be; what is beyond is cut, NaN is passed over
     */
    double of(Map<String, Value> outputs, Outcome outcome);
}
