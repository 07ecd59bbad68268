package io.mlops4j.training;

/**
 * Says how far the world has moved: usually a drift monitor.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface DriftSource {
    /**
     * The signal now. Asking changes nothing. Blocking is allowed, but short.
     *
     * @return the signal
     */
    DriftSignal signal();
}
