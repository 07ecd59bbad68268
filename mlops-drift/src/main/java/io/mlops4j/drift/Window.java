package io.mlops4j.drift;

import static java.util.Objects.requireNonNull;

/**
 * Which live rows a monitor judges.
 *
 * <p>Immutable.
 *
 * @param kind how the window moves
 * @param rows how many rows it holds, 1 to {@link #MAX_ROWS}
 */
public record Window(Kind kind, int rows) {
    /** The most rows of a window. */
    public static final int MAX_ROWS = 1 << 20;

    /** How a window moves. */
    public enum Kind {
        /**
         * The last so many rows. Exact and current after every row; rows are recorded one at a time, and each takes two
         * bytes a feature.
         */
        SLIDING,
        /**
         * One full block of rows after another; the last full one is judged. Any number of threads record at once,
         * without a lock, and memory does not grow with the rows.
         */
        TUMBLING
    }

    /**
     * Checks the number of rows.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public Window {
        requireNonNull(kind, "kind");
        if (rows < 1 || rows > MAX_ROWS) {
            throw new IllegalArgumentException("Invalid window of " + rows + " rows: expected 1 to " + MAX_ROWS);
        }
    }

    /**
     * The last so many rows.
     *
     * @param rows 1 to {@link #MAX_ROWS}
     * @return the window
     */
    public static Window sliding(int rows) {
        return new Window(Kind.SLIDING, rows);
    }

    /**
     * One full block of rows after another.
     *
     * @param rows 1 to {@link #MAX_ROWS}
     * @return the window
     */
    public static Window tumbling(int rows) {
        return new Window(Kind.TUMBLING, rows);
    }

    LiveWindow over(ReferenceProfile profile) {
        return kind == Kind.SLIDING ? new SlidingWindow(profile, rows) : new TumblingWindow(profile, rows);
    }
}
