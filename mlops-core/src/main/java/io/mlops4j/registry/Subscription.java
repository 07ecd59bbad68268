package io.mlops4j.registry;

/**
 * Something that goes on until it is closed: a listener that is subscribed, a refresh that is repeated.
 *
 * <p>Thread-safe.
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    /** Ends it. A call under way finishes. Closing twice does nothing. */
    @Override
    void close();
}
