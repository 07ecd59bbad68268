package io.mlops4j;

import org.jspecify.annotations.Nullable;

/**
 * The root of every failure that mlops4j reports by a type of its own. There is a subtype only where a caller would
 * act differently; a bad argument in code is a plain {@link IllegalArgumentException}.
 *
 * <p>Immutable.
 */
public abstract class MlopsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * For subtypes.
     *
     * @param message the act, the value and the expectation
     * @param cause what made it fail, or null
     */
    protected MlopsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
