package io.mlops4j.serving;

import io.mlops4j.MlopsException;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Interceptor} broke a call. Nothing is wrong with the model.
 *
 * <p>Immutable.
 */
public final class InterceptorException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States which interceptor did what.
     *
     * @param message the interceptor, the model and what went wrong
     * @param cause what the interceptor threw, or null
     */
    public InterceptorException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
