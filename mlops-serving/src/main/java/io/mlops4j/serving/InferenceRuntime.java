package io.mlops4j.serving;

import io.mlops4j.RejectedModelException;

/**
 * Loads models of some format so that they can answer in this JVM. A seam: hosts may plug in their own, by name, in the
 * server's builder.
 *
 * <p>Implementations must be thread-safe.
 */
public interface InferenceRuntime {
    /**
     * Names the runtime in meters and messages.
     *
     * @return such as {@code onnxruntime}
     */
    String name();

    /**
     * Whether this runtime is meant for models of this form; judged by name and first bytes, without loading.
     *
     * @param model the verified bytes
     * @return true if {@link #load} should be tried
     */
    boolean accepts(VerifiedModel model);

    /**
     * Loads a model from exactly the bytes that were verified. Blocks; may take seconds.
     *
     * @param model the verified bytes
     * @return the model, to be closed by whoever called
     * @throws RejectedModelException if the bytes are no model that this runtime can run safely
     */
    LoadedModel load(VerifiedModel model);
}
