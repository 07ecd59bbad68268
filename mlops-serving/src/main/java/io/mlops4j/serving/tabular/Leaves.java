package io.mlops4j.serving.tabular;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * What the leaves of an ensemble add: leaf {@code i} adds {@code weights[j]} to output {@code outputs[j]} for every
 * {@code j} from {@code starts[i]} to before {@code starts[i + 1]}.
 *
 * <p>Effectively immutable; the arrays are shared.
 */
final class Leaves {
    private final int[] starts;
    private final int[] outputs;
    private final double[] weights;

    Leaves(int[] starts, int[] outputs, double[] weights) {
        this.starts = starts;
        this.outputs = outputs;
        this.weights = weights;
    }

    int count() {
        return starts.length - 1;
    }

    /** The one weight of a leaf, if every leaf has one. */
    double weight(int leaf) {
        return weights[leaf];
    }

    void addTo(double[] scores, int leaf) {
        for (int i = starts[leaf]; i < starts[leaf + 1]; i++) {
            scores[outputs[i]] += weights[i];
        }
    }

    void lower(double[] scores, int leaf) {
        for (int i = starts[leaf]; i < starts[leaf + 1]; i++) {
            scores[outputs[i]] = Math.min(scores[outputs[i]], weights[i]);
        }
    }

    void raise(double[] scores, int leaf) {
        for (int i = starts[leaf]; i < starts[leaf + 1]; i++) {
            scores[outputs[i]] = Math.max(scores[outputs[i]], weights[i]);
        }
    }

    Leaves magnitudes() {
        return new Leaves(
                starts, outputs, DoubleStream.of(weights).map(Math::abs).toArray());
    }

    /** The same leaves with weights divided by a number. */
    Leaves over(int divisor) {
        return new Leaves(
                starts, outputs, DoubleStream.of(weights).map(w -> w / divisor).toArray());
    }

    /**
     * Whether every row has a score for every output: for each there is a tree that has one in all its leaves.
     *
     * @param leavesOfTree how many leaves each tree has; a tree's leaves follow those of the tree before
     */
    boolean alwaysScore(int outputCount, int[] leavesOfTree) {
        boolean[] scored = new boolean[outputCount];
        int[] lastTree = new int[outputCount];
        int[] lastLeaf = new int[outputCount];
        int[] inTree = new int[outputCount];
        Arrays.fill(lastTree, -1);
        Arrays.fill(lastLeaf, -1);
        int leaf = 0;
        for (int tree = 0; tree < leavesOfTree.length; tree++) {
            for (int end = leaf + leavesOfTree[tree]; leaf < end; leaf++) {
                for (int i = starts[leaf]; i < starts[leaf + 1]; i++) {
                    int output = outputs[i];
                    if (lastTree[output] != tree) {
                        lastTree[output] = tree;
                        inTree[output] = 0;
                    }
                    inTree[output] += lastLeaf[output] == leaf ? 0 : 1;
                    lastLeaf[output] = leaf;
                    scored[output] |= inTree[output] == leavesOfTree[tree];
                }
            }
        }
        for (boolean one : scored) {
            if (!one) {
                return false;
            }
        }
        return true;
    }
}
