package io.mlops4j.serving.internal;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a fixed number of reusable things. A thread looks in its home slot first, then in the others; taking is one
 * swap, giving back one compare-and-set, and nobody waits. Bound to no thread, so virtual threads share it as well as
 * any.
 *
 * <p>Thread-safe and lock-free.
 *
 * @param <T> what is kept
 */
public final class SlotPool<T> {
    /** References between two slots, so that neighbours do not share a cache line (64 bytes of 4-byte references). */
    private static final int STRIDE = 16;

    private static final int MIN_SLOTS = 4;
    private static final int MAX_SLOTS = 64;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final AtomicReferenceArray<@Nullable T> slots;
    private final int mask;

    /** Makes an empty pool. */
    public SlotPool() {
        int wanted =
                Math.min(MAX_SLOTS, Math.max(MIN_SLOTS, 2 * Runtime.getRuntime().availableProcessors()));
        int count = Integer.highestOneBit(wanted * 2 - 1);
        this.mask = count - 1;
        this.slots = new AtomicReferenceArray<>(count * STRIDE);
    }

    /** Takes one out, or null if the pool is empty at this moment: then make a new one. */
    public @Nullable T take() {
        int home = home();
        for (int i = 0; i <= mask; i++) {
            int slot = ((home + i) & mask) * STRIDE;
            if (slots.getPlain(slot) != null) {
                T taken = slots.getAndSet(slot, null);
                if (taken != null) {
                    return taken;
                }
            }
        }
        return null;
    }

    /** Puts one in; false if the pool is full, and then the caller keeps it. */
    public boolean give(T thing) {
        int home = home();
        for (int i = 0; i <= mask; i++) {
            int slot = ((home + i) & mask) * STRIDE;
            if (slots.getPlain(slot) == null && slots.compareAndSet(slot, null, thing)) {
                return true;
            }
        }
        return false;
    }

    /** Takes everything out. */
    public void drain(Consumer<? super T> each) {
        for (int i = 0; i <= mask; i++) {
            T taken = slots.getAndSet(i * STRIDE, null);
            if (taken != null) {
                each.accept(taken);
            }
        }
    }

    private static int home() {
        return (int) ((Thread.currentThread().getId() * GOLDEN) >>> 48);
    }
}
