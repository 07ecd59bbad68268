package io.mlops4j.drift;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts of the last rows: a ring remembers each row's cells, so that the oldest can be taken off again.
 *
 * <p>Thread-safe.
 */
final class SlidingWindow implements LiveWindow {
    private static final int FIRST_ROWS = 64;

    private final List<FeatureProfile> features;
    private final int rows;

    /** Cell of row r and feature f at {@code (r % rows) * features + f}; grows up to the window. */
    @GuardedBy("this") private short[] ring;

    @GuardedBy("this") private final long[][] counts;

    /** Rows recorded since the start; the next goes to {@code recorded % rows}. */
    @GuardedBy("this") private long recorded;

    SlidingWindow(ReferenceProfile profile, int rows) {
        this.features = profile.features();
        if ((long) rows * features.size() > Integer.MAX_VALUE / Short.BYTES) {
            throw new IllegalArgumentException("Invalid sliding window of " + rows + " rows of " + features.size()
                    + " features: it would take more than 2 GiB; use a tumbling window");
        }
        this.rows = rows;
        this.ring = new short[Math.min(rows, FIRST_ROWS) * features.size()];
        this.counts = new long[features.size()][];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new long[features.get(i).cells().size()];
        }
    }

    @Override
    public synchronized void record(int[] cells) {
        int start = (int) (recorded % rows) * cells.length;
        if (start == ring.length) {
            short[] grown = new short[Math.min(2 * ring.length, rows * cells.length)];
            System.arraycopy(ring, 0, grown, 0, ring.length);
            ring = grown;
        }
        for (int i = 0; i < cells.length; i++) {
            if (recorded >= rows) {
                counts[i][ring[start + i]]--;
            }
            counts[i][cells[i]]++;
            ring[start + i] = (short) cells[i];
        }
        recorded++;
    }

    @Override
    public synchronized List<CellCounts> judged() {
        List<CellCounts> copies = new ArrayList<>();
        for (long[] feature : counts) {
            copies.add(CellCounts.of(feature));
        }
        return copies;
    }

    /** Saves the rows oldest first, so that equal windows give equal bytes wherever their rings begin. */
    @Override
    public synchronized void save(ByteWriter out) {
        int held = (int) Math.min(recorded, rows);
        out.putInt(held);
        for (long row = recorded - held; row < recorded; row++) {
            int start = (int) (row % rows) * counts.length;
            for (int i = 0; i < counts.length; i++) {
                out.putInt(ring[start + i]);
            }
        }
    }

    @Override
    public synchronized void restore(ByteReader in) {
        int held = in.nextCount("rows", Integer.BYTES * counts.length, rows);
        int[] cells = new int[counts.length];
        for (int row = 0; row < held; row++) {
            for (int i = 0; i < cells.length; i++) {
                cells[i] = in.nextInt();
                in.require(
                        cells[i] >= 0 && cells[i] < counts[i].length,
                        "row " + row + " is in cell " + cells[i] + " of " + counts[i].length);
            }
            record(cells);
        }
    }
}
