package io.mlops4j.drift;

import java.util.Arrays;

/**
 * Chooses the upper edges of cells that hold about equal numbers of reference values.
 *
 * <p>A value that alone weighs more than a cell (a sentinel such as -999, the zero of a rain gauge, a class coded as a
 * number) would tear a hole into quantiles, so it becomes an <em>atom</em>: a cell that holds it and nothing else. The
 * runs of values between atoms are cut into equal masses. Two atoms with nothing between them are parted by an empty
 * cell, because a live value between them is news.
 */
final class EquiMassEdges {
    /** With fewer reference values in a cell than this, its share is mostly noise. */
    private static final int LEAST_VALUES_A_CELL = 5;

    private final double[] values;
    private final double mass;
    private final double[] edges;
    private int size;
    private int atomEnd = -1;

    private EquiMassEdges(double[] sorted, int most) {
        this.values = sorted;
        int cells = Math.max(1, Math.min(most, sorted.length / LEAST_VALUES_A_CELL));
        this.mass = (double) sorted.length / cells;
        // At most `cells` atoms, as many gaps before them, and cells + atoms + 1 runs' cells (each rounds up to 1).
        this.edges = new double[4 * cells + 4];
    }

    /**
     * Chooses edges.
     *
     * @param sorted finite values in ascending order
     * @param most the most cells wanted, atoms and the gaps between them not counted
     * @return strictly ascending upper edges, the last being the greatest value; empty if there are no values
     */
    static double[] of(double[] sorted, int most) {
        return new EquiMassEdges(sorted, most).choose();
    }

    private double[] choose() {
        int runStart = 0;
        int i = 0;
        while (i < values.length) {
            int end = endOfTies(i);
            if (isAtom(end - i)) {
                cutRun(runStart, i);
                addAtom(values[i]);
                runStart = end;
            }
            i = end;
        }
        cutRun(runStart, values.length);
        return Arrays.copyOf(edges, size);
    }

    private boolean isAtom(int ties) {
        return ties > mass || ties == values.length;
    }

    private int endOfTies(int start) {
        int end = start + 1;
        while (end < values.length && values[end] == values[start]) {
            end++;
        }
        return end;
    }

    /** Cuts values[start..end) into cells of about equal mass, ties kept together. */
    private void cutRun(int start, int end) {
        int cells = (int) Math.max(1, Math.round((end - start) / mass));
        int cut = 1;
        for (int i = start; i < end; ) {
            int next = endOfTies(i);
            if ((next - start) * (double) cells >= (double) cut * (end - start)) {
                addEdge(values[i]);
                cut = 1 + (int) ((next - start) * (double) cells / (end - start));
            }
            i = next;
        }
    }

    private void addAtom(double atom) {
        double below = Math.nextDown(atom);
        boolean first = size == 0;
        if (!first && edges[size - 1] < below) {
            if (lastIsAtom()) {
                addEdge(below);
            } else {
                // The run before the atom takes the gap up to it, rather than leave an empty cell.
                edges[size - 1] = below;
            }
        }
        addEdge(atom);
        atomEnd = size;
    }

    private boolean lastIsAtom() {
        return atomEnd == size;
    }

    private void addEdge(double edge) {
        edges[size++] = edge + 0.0; // -0.0 becomes 0.0, so that equal edges have equal bytes
    }
}
