package io.mlops4j.store.s3;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * How often a call is tried, and how long to wait in between: a random time up to a bound that doubles ("full jitter",
 * M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
 *
 * <p>Thread-safe.
 *
 * @param attempts how often in all
 * @param first the bound of the first wait
 * @param longest no wait is longer
 */
record Retries(int attempts, Duration first, Duration longest) {
    private static final Retries USUAL = new Retries(6, Duration.ofMillis(100), Duration.ofSeconds(5));

    static Retries usual() {
        return USUAL;
    }

    /** Makes a call that may safely be made more than once, until the server settles it. */
    <T> T idempotent(Supplier<T> call) {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.get();
            } catch (SdkException e) {
                if (!Failure.of(e).isWorthRepeating() || !pause(attempt)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Waits before another attempt.
     *
     * @param attempt how many there were
     * @return false if there should be no other: they are used up, or this thread was interrupted
     */
    boolean pause(int attempt) {
        if (attempt >= attempts || Thread.currentThread().isInterrupted()) {
            return false;
        }
        long bound = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempt - 1, 20));
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(bound + 1));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
