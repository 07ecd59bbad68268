package io.mlops4j.drift;

import java.util.Arrays;

/**
 * How many values fell into each cell. Counts of the same cells add exactly, so what N replicas counted is what one
 * would have counted.
 *
 * <p>Immutable.
 */
public final class CellCounts {
    private final long[] counts;
    private final long total;

    private CellCounts(long[] counts) {
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] < 0) {
                throw new IllegalArgumentException(
                        "Invalid count " + counts[i] + " of cell " + i + ": expected 0 or more");
            }
            sum += counts[i];
            if (sum < 0) {
                throw new IllegalArgumentException("Invalid counts: their sum overflows 64 bits");
            }
        }
        this.counts = counts;
        this.total = sum;
    }

    /**
     * Makes counts.
     *
     * @param counts one a cell, each 0 or more; copied
     * @return the counts
     * @throws IllegalArgumentException if a count is negative or the sum overflows
     */
    public static CellCounts of(long... counts) {
        return new CellCounts(counts.clone());
    }

    /**
     * The number of cells.
     *
     * @return 0 or more
     */
    public int size() {
        return counts.length;
    }

    /**
     * The count of one cell.
     *
     * @param cell its index, from 0
     * @return 0 or more
     */
    public long at(int cell) {
        return counts[cell];
    }

    /**
     * The sum of all counts.
     *
     * @return 0 or more
     */
    public long total() {
        return total;
    }

    /**
     * Adds counts of the same cells.
     *
     * @param other the counts to add
     * @return a new sum
     * @throws IllegalArgumentException if the numbers of cells differ, or the sum overflows
     */
    public CellCounts plus(CellCounts other) {
        requireSameCells(other);
        long[] sums = counts.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += other.counts[i];
        }
        return new CellCounts(sums);
    }

    /** Sums cells into groups: {@code groups[cell]} is the group of a cell, counted from 0. */
    CellCounts grouped(int[] groups, int numberOfGroups) {
        long[] sums = new long[numberOfGroups];
        for (int i = 0; i < counts.length; i++) {
            sums[groups[i]] += counts[i];
        }
        return new CellCounts(sums);
    }

    void requireSameCells(CellCounts other) {
        if (counts.length != other.counts.length) {
            throw new IllegalArgumentException(
                    "Counts of " + other.counts.length + " cells do not match counts of " + counts.length + " cells");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CellCounts that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return "CellCounts" + Arrays.toString(counts);
    }
}
