package io.mlops4j;

/**
 * What was asked for does not exist: a model, a version, an alias, a run, a key. Nothing was changed.
 *
 * <p>Immutable.
 */
public final class NotFoundException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what failed.
     *
     * @param message the act, the value and the expectation
     */
    public NotFoundException(String message) {
        super(message, null);
    }

    /**
     * States what failed and why.
     *
     * @param message the act, the value and the expectation
     * @param cause what made it fail
     */
    public NotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
