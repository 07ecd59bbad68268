package io.mlops4j.serving;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Who swaps asks the source, and the source may call listeners of the host on the same thread, which may ask the server to
 * refresh a model, or to look after its rollouts. At once, that would serve what the outer swap then replaces by something
 * older; and it would take another model's lock, or that of a rollout, while the first model's is held, in whatever order. So
 * it is put off until the outer swap is over.
 */
/**
 * Puts off what is asked for inside of a swap, on its thread, until it is over.
 *
 * <p>Thread-safe.
 */
final class NestedSwaps {
    private static final Logger LOG = LoggerFactory.getLogger(NestedSwaps.class);
    private static final ThreadLocal<@Nullable Set<Runnable>> PUT_OFF = new ThreadLocal<>();

    private NestedSwaps() {}

    /** Whether this thread is inside of a swap, of whatever model. */
    static boolean isInside() {
        return PUT_OFF.get() != null;
    }

    /** Whether this thread is inside of a swap, of whatever model; then this follows later, and once if asked for twice. */
    static boolean putsOff(Runnable work) {
        Set<Runnable> later = PUT_OFF.get();
        if (later == null) {
            return false;
        }
        later.add(work);
        return true;
    }

    /** Swaps, and then does what was put off meanwhile. A failure of that is logged: nobody waits for it. */
    static <T> T run(Supplier<T> swap) {
        if (PUT_OFF.get() != null) {
            return swap.get();
        }
        Set<Runnable> later = new LinkedHashSet<>();
        PUT_OFF.set(later);
        try {
            return swap.get();
        } finally {
            PUT_OFF.remove();
            later.forEach(NestedSwaps::runQuietly);
        }
    }

    private static void runQuietly(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.warn("What a listener has asked for while a model was swapped could not be done afterwards", e);
        }
    }
}
