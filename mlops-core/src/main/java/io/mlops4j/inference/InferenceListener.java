package io.mlops4j.inference;

/**
 * Hears of every answered request. Called on the thread that answered, after the answer is complete and before it is
 * returned: be quick, or hand over to a bounded queue. An exception is logged and contained; it never reaches the
 * caller of the model.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface InferenceListener {
    /**
     * Hears of an answer.
     *
     * @param inference the request and its answer
     */
    void onInference(Inference inference);
}
