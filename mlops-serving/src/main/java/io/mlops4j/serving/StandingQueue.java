package io.mlops4j.serving;

import java.util.concurrent.TimeUnit;

/**
 * Tells whether a queue stands, by CoDel as Facebook's folly has it: it does if even the least time that anything
 * waited within an interval was above the target.
 *
 * <p>Confined to one thread at a time.
 */
final class StandingQueue {
    private final long target;
    private final long interval;
    private long least;
    private long end;
    private boolean started;
    private boolean stands;

    StandingQueue(Overload.Codel codel) {
        this.target = TimeUnit.NANOSECONDS.convert(codel.target());
        this.interval = TimeUnit.NANOSECONDS.convert(codel.interval());
    }

    /**
     * Hears of something that leaves the queue.
     *
     * @param waited for how long it waited
     * @param now {@link System#nanoTime()}
     * @param batch how long the largest batch takes: nothing behind a busy instance can wait for less
     * @return whether it is to be turned away
     */
    boolean sheds(long waited, long now, long batch) {
        long bound = Math.max(target, 2 * batch);
        if (!started || now - end >= 0) {
            stands = started && least > bound;
            started = true;
            least = waited;
            end = now + interval;
        } else {
            least = Math.min(least, waited);
        }
        if (waited <= bound) {
            stands = false;
        }
        return stands && waited > 2 * bound;
    }
}
