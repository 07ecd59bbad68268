package io.mlops4j.serving;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Rings at the earliest of the times it was set to; whoever hears it sets it anew. One that rings for nothing costs
 * little, so it is not set back when what it was meant for is over.
 *
 * <p>Confined to one thread at a time.
 */
final class Alarm {
    /** It is not set again for less from now: one that rings for each of many requests would cost more than it gives. */
    private static final long SOONEST_NANOS = 1_000_000;

    private final Deadlines deadlines;
    private final Runnable ring;
    private @Nullable Future<?> set;
    private long at;

    Alarm(Deadlines deadlines, Runnable ring) {
        this.deadlines = deadlines;
        this.ring = ring;
    }

    /** Sees to it that it rings at a time of {@link System#nanoTime()} or before; tries again if there was no thread for it. */
    void watch(long time, long now) {
        if (set != null && !set.isDone() && time - at >= 0) {
            return;
        }
        cancel();
        at = time;
        set = deadlines.after(Math.max(0, time - now), ring);
    }

    /**
     * Says that it has rung, and what is the earliest that is left now; {@link Long#MAX_VALUE} if there is nothing. It may
     * have been set anew while its ring was on the way: that setting ends, or there would be two alarms from now on.
     */
    void rang(long earliestLeft, long now) {
        cancel();
        if (earliestLeft != Long.MAX_VALUE) {
            watch(now + Math.max(SOONEST_NANOS, earliestLeft), now);
        }
    }

    void cancel() {
        if (set != null) {
            set.cancel(false);
            set = null;
        }
    }
}
