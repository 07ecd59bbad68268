package io.mlops4j.serving;

import io.mlops4j.internal.Text;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Contains what the host's meters throw: an answer is worth more than its count, and some are told under a lock. The first
 * failure is a warning, the others are for who debugs: there may be one for each request.
 *
 * <p>Thread-safe.
 */
final class MeterFailures {
    private static final Logger LOG = LoggerFactory.getLogger(MeterFailures.class);

    private final String whose;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * Has seen none yet.
     *
     * @param whose what the meters count, for the log
     */
    MeterFailures(String whose) {
        this.whose = whose;
    }

    /** Does something with meters, or a part of it. */
    void contain(Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            caught(e);
        }
    }

    /** Hears of what a meter has thrown. */
    void caught(Throwable e) {
        if (!warned.compareAndSet(false, true)) {
            LOG.debug("A meter of {} failed", whose, e);
            return;
        }
        String message;
        try {
            message = String.valueOf(e.getMessage());
        } catch (RuntimeException unreadable) { // it is the host's
            message = "";
        }
        // No stack trace: it would print the message as it is.
        LOG.warn(
                "A meter of {} failed, and counts are missing from now on: {}: {}",
                whose,
                e.getClass().getName(),
                Text.quote(message));
    }
}
