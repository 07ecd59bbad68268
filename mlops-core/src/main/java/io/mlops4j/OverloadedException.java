package io.mlops4j;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * The request was refused or dropped because it could not have been answered in time. Nothing was computed.
 *
 * <p>Immutable.
 */
public final class OverloadedException extends MlopsException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /**
     * States what was full.
     *
     * @param message the act, the bound that was hit and its value
     * @param retryAfter the earliest time from now at which a retry makes sense; zero or more
     */
    public OverloadedException(String message, Duration retryAfter) {
        super(message, null);
        this.retryAfter = requireNonNull(retryAfter, "retryAfter");
    }

    /**
     * Says when to come back.
     *
     * @return the earliest time from now at which a retry makes sense
     */
    public Duration retryAfter() {
        return retryAfter;
    }
}
