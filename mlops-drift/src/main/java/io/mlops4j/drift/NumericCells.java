package io.mlops4j.drift;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cells of a number, between frozen edges. In order: -∞; below the reference's range; the ordinary cells, each holding
 * what is above the edge before it and not above its own; above the range; +∞; missing (NaN, null or text). A value that
 * carries more than one cell's share of the reference, such as a sentinel, has an ordinary cell of its own, an
 * <em>atom</em>.
 *
 * <p>Finding a cell is one binary search without a branch to mispredict: 8 steps for 128 cells. Missing values sort
 * last, as {@link Double#compare} sorts NaN.
 *
 * <p>Immutable.
 */
public final class NumericCells implements Cells {
    /** Ordinary cells that a profile freezes unless told otherwise. */
    public static final int DEFAULT_CELLS = 128;

    /** The most ordinary cells that a feature may ask for. */
    public static final int MAX_CELLS = 1024;

    /** Atoms and the gaps between them come on top of what was asked for. */
    private static final int MAX_EDGES = 4 * MAX_CELLS + 4;

    private static final int BEFORE = 2;
    private static final int AFTER = 3;

    private final double min;
    private final double[] uppers;
    /** -∞, just below min, the upper edges, the greatest double, +∞. A cell's index is how many of these are below a value. */
    private final double[] edges;

    private NumericCells(double min, double[] uppers) {
        this.min = min;
        this.uppers = uppers;
        this.edges = new double[uppers.length + 4];
        Arrays.fill(edges, Double.NEGATIVE_INFINITY);
        edges[1] = uppers.length == 0 ? Double.NEGATIVE_INFINITY : Math.nextDown(min);
        System.arraycopy(uppers, 0, edges, BEFORE, uppers.length);
        edges[uppers.length + BEFORE] = Double.MAX_VALUE;
        edges[uppers.length + AFTER] = Double.POSITIVE_INFINITY;
    }

    /**
     * Freezes cells of about equal mass.
     *
     * @param values the reference values; those that are not finite are left out
     * @param most the most ordinary cells wanted, 1 to {@link #MAX_CELLS}; fewer come out where there are fewer than
     *     five values for each, more by the atoms and the gaps between them
     * @return the cells; without a finite value, every finite value is above the range
     * @throws IllegalArgumentException if {@code most} is out of range
     */
    public static NumericCells freeze(double[] values, int most) {
        if (most < 1 || most > MAX_CELLS) {
            throw new IllegalArgumentException("Invalid number of cells " + most + ": expected 1 to " + MAX_CELLS);
        }
        double[] sorted = Arrays.stream(values)
                .filter(Double::isFinite)
                .map(value -> value + 0.0)
                .sorted()
                .toArray();
        return new NumericCells(sorted.length == 0 ? 0 : sorted[0], EquiMassEdges.of(sorted, most));
    }

    /** Checks edges from outside. */
    static NumericCells of(double min, double[] uppers) {
        double last = Math.nextDown(min);
        for (double upper : uppers) {
            if (!(upper > last) || !Double.isFinite(upper)) {
                throw new IllegalArgumentException(
                        "Invalid edge " + upper + " after " + last + ": expected finite, ascending edges");
            }
            last = upper;
        }
        if (!Double.isFinite(min)) {
            throw new IllegalArgumentException("Invalid least value " + min + ": expected a finite number");
        }
        return new NumericCells(min, uppers);
    }

    @Override
    public int size() {
        return edges.length + 1;
    }

    /** {@inheritDoc} NaN is above every edge, as {@code !(edge >= NaN)} holds. */
    @Override
    public int of(double value) {
        int base = 0;
        int left = edges.length;
        while (left > 1) {
            int half = left >>> 1;
            base += edges[base + half - 1] >= value ? 0 : half;
            left -= half;
        }
        return base + (edges[base] >= value ? 0 : 1);
    }

    /** {@inheritDoc} A text is not a number, so it is missing. */
    @Override
    public int of(@Nullable String value) {
        return size() - 1;
    }

    @Override
    public boolean ordered() {
        return true;
    }

    /** Whether a cell holds one single value, so that no distribution can differ within it. */
    boolean isAtom(int cell) {
        boolean infinite = cell == 0 || cell >= size() - 2;
        return infinite || Math.nextUp(edges[cell - 1]) >= edges[cell];
    }

    @Override
    public int[] groups(CellCounts reference, int most) {
        int[] groups = new int[size()];
        long ordinary = 0;
        for (int i = 0; i < uppers.length; i++) {
            ordinary += reference.at(i + BEFORE);
        }
        int group = 1;
        int slot = -1;
        groups[1] = group;
        double before = 0;
        for (int i = 0; i < uppers.length; i++) {
            long count = reference.at(i + BEFORE);
            int middle = ordinary == 0 ? 0 : (int) Math.min(most - 1, most * (before + count / 2.0) / ordinary);
            if (middle != slot) {
                slot = middle;
                group++;
            }
            groups[i + BEFORE] = group;
            before += count;
        }
        for (int cell = uppers.length + BEFORE; cell < groups.length; cell++) {
            groups[cell] = ++group;
        }
        return groups;
    }

    @Override
    public String describe(int cell) {
        int last = size() - 1;
        if (cell == 0 || cell == last - 1) {
            return cell == 0 ? "-infinity" : "+infinity";
        }
        if (cell == 1) {
            return "below " + min;
        }
        if (cell >= last - 2) {
            return cell == last ? "missing" : uppers.length == 0 ? "finite" : "above " + uppers[uppers.length - 1];
        }
        if (isAtom(cell)) {
            return String.valueOf(edges[cell]);
        }
        return (cell == BEFORE ? "[" + min : "(" + edges[cell - 1]) + ", " + edges[cell] + "]";
    }

    void save(ByteWriter out) {
        out.putDouble(min);
        out.putInt(uppers.length);
        for (double upper : uppers) {
            out.putDouble(upper);
        }
    }

    static NumericCells restore(ByteReader in) {
        double min = in.nextDouble();
        double[] uppers = new double[in.nextCount("edges", Double.BYTES, MAX_EDGES)];
        for (int i = 0; i < uppers.length; i++) {
            uppers[i] = in.nextDouble();
        }
        return of(min, uppers);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NumericCells that && min == that.min && Arrays.equals(uppers, that.uppers);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(uppers);
    }

    @Override
    public String toString() {
        return "NumericCells[" + uppers.length + " between " + min + " and "
                + (uppers.length == 0 ? min : uppers[uppers.length - 1]) + "]";
    }
}
