package io.mlops4j.drift;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts live values into frozen cells, from any number of threads, in some ten nanoseconds each.
 *
 * <p>Every thread adds to one of a fixed number of stripes, picked by its id; a stripe is a row of counters that shares
 * no cache line with the next. So threads seldom contend, memory is bounded by {@code stripes × cells} however many
 * threads come and go (a thread-local would grow with every virtual thread), and nothing is approximate: each value is
 * one atomic addition, and the sum over the stripes is exact.
 *
 * <pre>{@code
 * StripedCounts live = StripedCounts.of(profile.feature("temp").cells());
 * live.record(21.5);
 * CellCounts soFar = live.snapshot();
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class StripedCounts {
    private static final int MAX_STRIPES = 16;
    private static final int LONGS_A_CACHE_LINE = 8;

    private final Cells cells;
    private final int stripeMask;
    private final int stripeLength;
    private final AtomicLongArray counters;

    private StripedCounts(Cells cells, int stripes) {
        this.cells = cells;
        this.stripeMask = stripes - 1;
        int lines = (cells.size() + LONGS_A_CACHE_LINE - 1) / LONGS_A_CACHE_LINE + 1;
        this.stripeLength = lines * LONGS_A_CACHE_LINE;
        this.counters = new AtomicLongArray(stripes * stripeLength);
    }

    /**
     * Starts counting at zero.
     *
     * @param cells the frozen cells
     * @return new counts, with one stripe a processor, rounded up to a power of two, at most 16
     */
    public static StripedCounts of(Cells cells) {
        int processors = Math.min(Runtime.getRuntime().availableProcessors(), MAX_STRIPES);
        return new StripedCounts(cells, Integer.highestOneBit(2 * processors - 1));
    }

    /**
     * Counts a number.
     *
     * @param value any number; NaN is a missing value
     */
    public void record(double value) {
        increment(cells.of(value));
    }

    /**
     * Counts a text.
     *
     * @param value any text; null is a missing value
     */
    public void record(@Nullable String value) {
        increment(cells.of(value));
    }

    void increment(int cell) {
        counters.getAndIncrement(stripe() + cell);
    }

    /** Neighbouring thread ids go to different stripes; a multiplicative hash breaks up the steps of thread pools. */
    private int stripe() {
        @SuppressWarnings("deprecation") // threadId() came with Java 19
        long id = Thread.currentThread().getId();
        int hash = (int) ((id * 0x9E3779B97F4A7C15L) >>> 32);
        return (hash & stripeMask) * stripeLength;
    }

    /**
     * The counts so far. Everything recorded before the call is in it; of what is recorded meanwhile, some may be.
     *
     * @return the sum over the stripes
     */
    public CellCounts snapshot() {
        long[] sums = new long[cells.size()];
        for (int stripe = 0; stripe <= stripeMask; stripe++) {
            for (int cell = 0; cell < sums.length; cell++) {
                sums[cell] += counters.get(stripe * stripeLength + cell);
            }
        }
        return CellCounts.of(sums);
    }

    /**
     * Adds counts of the same cells, such as those of another replica or of a run before.
     *
     * @param more what to add
     * @throws IllegalArgumentException if the numbers of cells differ
     */
    public void add(CellCounts more) {
        if (more.size() != cells.size()) {
            throw new IllegalArgumentException(
                    "Cannot add counts of " + more.size() + " cells: expected " + cells.size());
        }
        int stripe = stripe();
        for (int cell = 0; cell < more.size(); cell++) {
            counters.getAndAdd(stripe + cell, more.at(cell));
        }
    }

    /**
     * Starts again at zero and gives what was counted. A value that is recorded meanwhile is either in what is returned
     * or still counted afterwards: none is lost, none counted twice.
     *
     * @return the counts until now
     */
    public CellCounts reset() {
        long[] sums = new long[cells.size()];
        for (int stripe = 0; stripe <= stripeMask; stripe++) {
            for (int cell = 0; cell < sums.length; cell++) {
                sums[cell] += counters.getAndSet(stripe * stripeLength + cell, 0);
            }
        }
        return CellCounts.of(sums);
    }
}
