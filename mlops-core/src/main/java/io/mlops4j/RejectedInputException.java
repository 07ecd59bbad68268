package io.mlops4j;

/**
 * Data from outside does not fit what was declared: a tensor of the wrong type or shape, a row with a missing column, a
 * malformed file. The message names the input, what was seen and what was expected. Correct the data; a retry will not help.
 *
 * <p>Immutable.
 */
public final class RejectedInputException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what failed.
     *
     * @param message the act, the value and the expectation
     */
    public RejectedInputException(String message) {
        super(message, null);
    }

    /**
     * States what failed and why.
     *
     * @param message the act, the value and the expectation
     * @param cause what made it fail
     */
    public RejectedInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
