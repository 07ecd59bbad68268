package io.mlops4j.serving;

import io.mlops4j.inference.Inference;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.internal.Text;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells everybody who wants to know of an answered request.
 *
 * <p>Thread-safe.
 */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<InferenceListener> listeners;

    Listeners(List<InferenceListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    boolean isEmpty() {
        return listeners.isEmpty();
    }

    void publish(Inference inference) {
        for (InferenceListener listener : listeners) {
            try {
                listener.onInference(inference);
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                // The stack trace would print the message as it is; a listener may have put a request's text into it.
                LOG.warn(
                        "Listener {} failed on inference {} of {}: {}: {}",
                        listener.getClass().getName(),
                        Text.quote(inference.id()),
                        inference.version(),
                        e.getClass().getName(),
                        Text.quote(String.valueOf(e.getMessage())));
            }
        }
    }
}
