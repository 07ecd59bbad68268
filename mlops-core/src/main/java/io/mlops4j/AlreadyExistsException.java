package io.mlops4j;

/**
 * What was to be created exists, with other content. Nothing was changed; choose another name or use what is there.
 *
 * <p>Immutable.
 */
public final class AlreadyExistsException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what failed.
     *
     * @param message the act, the value and the expectation
     */
    public AlreadyExistsException(String message) {
        super(message, null);
    }

    /**
     * States what failed and why.
     *
     * @param message the act, the value and the expectation
     * @param cause what made it fail
     */
    public AlreadyExistsException(String message, Throwable cause) {
        super(message, cause);
    }
}
