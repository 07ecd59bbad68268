package io.mlops4j.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * Tells a run that nobody waits for its answer any more. A runtime that can stop in the middle registers how; one that
 * cannot just ignores the signal.
 *
 * <p>Thread-safe.
 */
public final class StopSignal {
    private static final StopSignal NEVER = new StopSignal();

    @GuardedBy("this") private boolean stopped;

    @GuardedBy("this") private @Nullable Runnable action;

    StopSignal() {}

    /**
     * A signal that never comes.
     *
     * @return always the same one
     */
    public static StopSignal never() {
        return NEVER;
    }

    /**
     * Whether the signal can come at all.
     *
     * @return false for {@link #never()}
     */
    public boolean isPossible() {
        return this != NEVER;
    }

    /**
     * Registers what stops the run that begins now; one run at a time. Once {@link #ended()} has returned the action
     * does not run any more, so it may use what the run owns.
     *
     * @param stop called at most once, from another thread, or at once if the signal has come already; must be quick
     */
    public void begun(Runnable stop) {
        if (this == NEVER) {
            return;
        }
        synchronized (this) {
            action = stop;
            if (stopped) {
                stop.run();
            }
        }
    }

    /** Says that the run is over. */
    public void ended() {
        if (this == NEVER) {
            return;
        }
        synchronized (this) {
            action = null;
        }
    }

    /**
     * Whether the signal has come.
     *
     * @return once true, always true
     */
    public synchronized boolean stopped() {
        return stopped;
    }

    /** Gives the signal. */
    synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        if (action != null) {
            action.run();
        }
    }
}
