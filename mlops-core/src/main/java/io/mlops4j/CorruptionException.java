package io.mlops4j;

/**
 * Stored bytes contradict themselves: a digest or a hash chain does not hold, or a record cannot be parsed. Nothing was
 * changed. A retry will not help; restore the object or quarantine it.
 *
 * <p>Immutable.
 */
public final class CorruptionException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what failed.
     *
     * @param message the act, the value and the expectation
     */
    public CorruptionException(String message) {
        super(message, null);
    }

    /**
     * States what failed and why.
     *
     * @param message the act, the value and the expectation
     * @param cause what made it fail
     */
    public CorruptionException(String message, Throwable cause) {
        super(message, cause);
    }
}
