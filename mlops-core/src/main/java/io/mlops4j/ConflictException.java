package io.mlops4j;

/**
 * Somebody else changed the same thing first. Nothing was changed by this call; read again, decide again, try again.
 *
 * <p>Immutable.
 */
public final class ConflictException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what failed.
     *
     * @param message the act, the value and the expectation
     */
    public ConflictException(String message) {
        super(message, null);
    }

    /**
     * States what failed and why.
     *
     * @param message the act, the value and the expectation
     * @param cause what made it fail
     */
    public ConflictException(String message, Throwable cause) {
        super(message, cause);
    }
}
