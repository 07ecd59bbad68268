package io.mlops4j.serving;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Makes ids for inferences: 64 random bits for this server, and a count. Cheaper than a random id each, and in order.
 *
 * <p>Thread-safe.
 */
final class InferenceIds implements Supplier<String> {
    private final String prefix = Long.toHexString(new SecureRandom().nextLong()) + "-";
    private final AtomicLong count = new AtomicLong();

    @Override
    public String get() {
        return prefix + count.incrementAndGet();
    }
}
