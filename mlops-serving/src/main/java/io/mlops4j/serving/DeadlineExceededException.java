package io.mlops4j.serving;

import io.mlops4j.MlopsException;
import org.jspecify.annotations.Nullable;

/**
 * A request's time was over before its answer was there. Nothing is known of the answer.
 *
 * <p>Immutable.
 */
public final class DeadlineExceededException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what took too long.
     *
     * @param message the act, the model and the time that was given
     * @param cause what the run ended with, or null
     */
    public DeadlineExceededException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
