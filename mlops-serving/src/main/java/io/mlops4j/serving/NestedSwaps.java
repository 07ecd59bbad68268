package io.mlops4j.serving;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Who swaps asks the source, and the source may call listeners of the host on the same thread, which may ask the server to
 * refresh a model. At once, that would serve what the outer swap then replaces by something older; and of another model,
 * take a second model's lock while the first one's is held, in either order. So it is put off until the outer swap is over.
 */
/**
 * Puts off the refreshes that are asked for inside of a swap, on its thread, until it is over.
 *
 * <p>Thread-safe.
 */
final class NestedSwaps {
    private static final Logger LOG = LoggerFactory.getLogger(NestedSwaps.class);
    private static final ThreadLocal<@Nullable Set<Slot>> PUT_OFF = new ThreadLocal<>();

    private NestedSwaps() {}

    /** Whether this thread is inside of a swap, of whatever model; then the refresh of this one follows later. */
    static boolean putsOff(Slot slot) {
        Set<Slot> later = PUT_OFF.get();
        return later != null && (later.contains(slot) || later.add(slot));
    }

    /** Swaps, and then does what was put off meanwhile. A failure of that is logged: nobody waits for it. */
    static <T> T run(Supplier<T> swap) {
        if (PUT_OFF.get() != null) {
            return swap.get();
        }
        Set<Slot> later = new LinkedHashSet<>();
        PUT_OFF.set(later);
        try {
            return swap.get();
        } finally {
            PUT_OFF.remove();
            later.forEach(NestedSwaps::refresh);
        }
    }

    private static void refresh(Slot slot) {
        try {
            slot.refresh();
        } catch (RuntimeException e) {
            LOG.warn(
                    "Model {} cannot follow what a listener has asked for; what was served is served still",
                    slot.name(),
                    e);
        }
    }
}
