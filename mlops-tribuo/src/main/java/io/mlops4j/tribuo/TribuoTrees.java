package io.mlops4j.tribuo;

import io.mlops4j.RejectedModelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import org.tribuo.Output;
import org.tribuo.common.tree.LeafNode;
import org.tribuo.common.tree.Node;
import org.tribuo.common.tree.SplitNode;

/**
 * Flattens Tribuo's own trees, which compare {@code double}s by {@code <=} and take an absent feature as 0.
 *
 * <p>Immutable.
 */
final class TribuoTrees {
    private TribuoTrees() {}

    /**
     * Flattens a tree, breadth first; iterative, because a tree may be as deep as its data has rows.
     *
     * @param root the root, which must be a fully built tree
     * @param columns maps the model's feature id to the column of the input
     * @param scores what a leaf adds to each output
     */
    static <T extends Output<T>> FlatTree flatten(
            Node<T> root, IntUnaryOperator columns, Function<LeafNode<T>, double[]> scores) {
        List<FlatTree.Node> nodes = new ArrayList<>();
        Deque<Node<T>> waiting = new ArrayDeque<>();
        waiting.add(root);
        // Breadth first, a child's index is known when its parent is visited: it is the next free place.
        int next = 1;
        while (!waiting.isEmpty()) {
            Node<T> node = waiting.remove();
            if (node instanceof SplitNode<T> split) {
                nodes.add(splitOf(split, columns, next));
                next += 2;
                waiting.add(split.getLessThanOrEqual());
                waiting.add(split.getGreaterThan());
            } else if (node instanceof LeafNode<T> leaf) {
                nodes.add(new FlatTree.Leaf(scores.apply(leaf)));
            } else {
                throw new RejectedModelException("Cannot read a tree node of type "
                        + node.getClass().getName() + ": expected a split or a leaf");
            }
        }
        return new FlatTree(FlatTree.Comparison.BRANCH_LEQ, nodes);
    }

    private static FlatTree.Split splitOf(SplitNode<?> split, IntUnaryOperator columns, int next) {
        double threshold = split.splitValue();
        return new FlatTree.Split(
                columns.applyAsInt(split.getFeatureID()), floor(threshold), next, next + 1, !(0 > threshold));
    }

    /**
     * The largest {@code float} that is not above a threshold: for every {@code float x}, {@code x <= floor(t)} holds
     * just when {@code x <= t} holds in {@code double}. Rounding to nearest would send values between the two
     * down the other branch.
     */
    static float floor(double threshold) {
        if (Double.isNaN(threshold)) {
            // Tribuo asks "value > threshold?", which NaN never answers with yes: everything goes to the ≤ side.
            return Float.POSITIVE_INFINITY;
        }
        float nearest = (float) threshold;
        return nearest > threshold ? Math.nextDown(nearest) : nearest;
    }
}
