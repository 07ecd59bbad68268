package io.mlops4j.drift;

import java.util.List;

/**
 * Live counts of one profile's cells.
 *
 * <p>Implementations are thread-safe.
 */
sealed interface LiveWindow permits SlidingWindow, TumblingWindow {
    /** Counts a row: one cell a feature. */
    void record(int[] cells);

    /** The counts to judge, one a feature, all of the same total; the total is 0 while there is nothing to judge. */
    List<CellCounts> judged();

    void save(ByteWriter out);

    /** Takes up a saved state; only before the first row. */
    void restore(ByteReader in);
}
