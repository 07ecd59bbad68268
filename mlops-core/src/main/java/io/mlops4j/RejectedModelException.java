package io.mlops4j;

/**
 * A model artifact cannot be trusted or cannot be used: its bytes do not match their digest, its format is broken, it
 * reaches outside itself, or it needs what this runtime does not have. Whatever was served before is still served.
 *
 * <p>Immutable.
 */
public final class RejectedModelException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what failed.
     *
     * @param message the act, the value and the expectation
     */
    public RejectedModelException(String message) {
        super(message, null);
    }

    /**
     * States what failed and why.
     *
     * @param message the act, the value and the expectation
     * @param cause what made it fail
     */
    public RejectedModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
