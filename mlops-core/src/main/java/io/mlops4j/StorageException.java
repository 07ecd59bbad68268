package io.mlops4j;

/**
 * The storage under a store failed: an I/O error, a full disk, no permission. The write did not happen; what was
 * acknowledged before is intact. Try again once the storage is well.
 *
 * <p>Immutable.
 */
public final class StorageException extends MlopsException {
    private static final long serialVersionUID = 1L;

    /**
     * States what failed.
     *
     * @param message the act, the value and the expectation
     */
    public StorageException(String message) {
        super(message, null);
    }

    /**
     * States what failed and why.
     *
     * @param message the act, the value and the expectation
     * @param cause what made it fail
     */
    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
