package io.mlops4j.serving;

import io.mlops4j.MlopsException;
import org.jspecify.annotations.Nullable;

/**
 * A model failed while it computed, on inputs that fitted its signature; or it was stopped because it was retired and
 * did not finish in time. Nothing is known of the answer. Another version may answer; the same one will likely fail again.
 *
 * <p>Immutable.
 */
public final class InferenceException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what failed and why.
     *
     * @param message the act, the model and what the runtime said
     * @param cause what the runtime threw, or null
     */
    public InferenceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
