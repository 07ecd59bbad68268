package io.mlops4j.serving.tabular;

import java.util.Arrays;

/*
 * Trees of one depth, padded until every one is complete, so that a walk needs no pointers and no branches: the children
 * of node p are 2p+1 and 2p+2, the comparison is the 1 that is added or not, and every walk takes the same number of
 * steps. Four trees are walked at once, since each step waits for a load that the others can use. Whatever a leaf that
 * lies higher is padded with leads to the same leaf, so the padding's features and thresholds do not matter.
 *
 * NaN would go low everywhere; rows that have one take the way of Branches instead.
 */
/**
 * Shallow trees of one depth.
 *
 * <p>Immutable.
 */
final class CompleteTrees {
    private final int depth;
    private final int trees;
    private final int[] features;
    private final float[] thresholds;
    private final int[] leaves;
    private final double[] weights;

    /** Pads the trees with these roots, none deeper than the depth; {@code oneEach} if every leaf has one weight. */
    CompleteTrees(int depth, int[] roots, Branches branches, Leaves all, Weights kept) {
        this.depth = depth;
        this.trees = roots.length;
        int inner = (1 << depth) - 1;
        this.features = new int[trees * inner];
        this.thresholds = new float[trees * inner];
        this.leaves = new int[trees * (inner + 1)];
        for (int tree = 0; tree < trees; tree++) {
            pad(branches, tree, 0, 0, roots[tree]);
        }
        this.weights = kept == Weights.ONE_A_LEAF
                ? Arrays.stream(leaves).mapToDouble(all::weight).toArray()
                : new double[0];
    }

    /** How many weights a leaf has. */
    enum Weights {
        ONE_A_LEAF,
        ANY
    }

    private void pad(Branches branches, int tree, int position, int level, int node) {
        int inner = (1 << depth) - 1;
        if (level == depth) {
            leaves[tree * (inner + 1) + position - inner] = ~node;
            return;
        }
        boolean isLeaf = node < 0;
        features[tree * inner + position] = isLeaf ? 0 : branches.feature(node);
        thresholds[tree * inner + position] = isLeaf ? 0 : branches.threshold(node);
        pad(branches, tree, 2 * position + 1, level + 1, isLeaf ? node : branches.low(node));
        pad(branches, tree, 2 * position + 2, level + 1, isLeaf ? node : branches.high(node));
    }

    /** The sum of the leaves' weights for a row without NaN. */
    double sum(float[] row, int from) {
        int inner = (1 << depth) - 1;
        double sum = 0;
        int tree = 0;
        for (; tree + 4 <= trees; tree += 4) {
            int at0 = tree * inner;
            int at1 = at0 + inner;
            int at2 = at1 + inner;
            int at3 = at2 + inner;
            int p0 = 0;
            int p1 = 0;
            int p2 = 0;
            int p3 = 0;
            for (int level = 0; level < depth; level++) {
                p0 = step(row, from, at0, p0);
                p1 = step(row, from, at1, p1);
                p2 = step(row, from, at2, p2);
                p3 = step(row, from, at3, p3);
            }
            int first = tree * (inner + 1) - inner;
            sum += weights[first + p0];
            sum += weights[first + inner + 1 + p1];
            sum += weights[first + 2 * (inner + 1) + p2];
            sum += weights[first + 3 * (inner + 1) + p3];
        }
        for (; tree < trees; tree++) {
            sum += weights[place(row, from, tree)];
        }
        return sum;
    }

    /** Adds what the leaves add for a row without NaN. */
    void addTo(double[] scores, Leaves all, float[] row, int from) {
        int inner = (1 << depth) - 1;
        int tree = 0;
        for (; tree + 2 <= trees; tree += 2) {
            int at0 = tree * inner;
            int at1 = at0 + inner;
            int p0 = 0;
            int p1 = 0;
            for (int level = 0; level < depth; level++) {
                p0 = step(row, from, at0, p0);
                p1 = step(row, from, at1, p1);
            }
            int first = tree * (inner + 1) - inner;
            all.addTo(scores, leaves[first + p0]);
            all.addTo(scores, leaves[first + inner + 1 + p1]);
        }
        if (tree < trees) {
            all.addTo(scores, leaves[place(row, from, tree)]);
        }
    }

    private int place(float[] row, int from, int tree) {
        int inner = (1 << depth) - 1;
        int p = 0;
        for (int level = 0; level < depth; level++) {
            p = step(row, from, tree * inner, p);
        }
        return tree * (inner + 1) - inner + p;
    }

    private int step(float[] row, int from, int tree, int p) {
        return 2 * p + 1 + (row[from + features[tree + p]] > thresholds[tree + p] ? 1 : 0);
    }
}
