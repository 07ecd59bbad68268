package io.mlops4j;

/**
 * A write may or may not have landed: its reply was lost and the state could not be read back. Do not retry blindly and
 * do not clean up; read the thing again when the store answers, and go on from what is there.
 *
 * <p>Immutable.
 */
public final class OutcomeUnknownException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what failed.
     *
     * @param message the act, the value and the expectation
     */
    public OutcomeUnknownException(String message) {
        super(message, null);
    }

    /**
     * States what failed and why.
     *
     * @param message the act, the value and the expectation
     * @param cause what made it fail
     */
    public OutcomeUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
