package io.mlops4j.tribuo;

import java.util.List;

/**
 * A binary decision tree as a list of nodes that name each other by index; node 0 is the root.
 *
 * <p>Immutable.
 *
 * @param comparison how every split of the tree compares
 * @param nodes splits and leaves, each reached once from node 0
 */
record FlatTree(Comparison comparison, List<Node> nodes) {
    /** How a value is compared with a threshold; the names are those of ONNX. */
    enum Comparison {
        /** Tribuo's own trees: the yes branch if value ≤ threshold. */
        BRANCH_LEQ,
        /** XGBoost's trees: the yes branch if value < threshold. */
        BRANCH_LT
    }

    /** A split or a leaf. */
    sealed interface Node permits Split, Leaf {}

    /**
     * An inner node.
     *
     * @param feature the column of the input that is compared
     * @param threshold what it is compared with, such that every {@code float} takes the branch that the model takes
     * @param yes the index of the child for which the comparison holds
     * @param no the index of the other child
     * @param absentIsYes whether an absent feature (NaN) takes the yes branch
     */
    record Split(int feature, float threshold, int yes, int no, boolean absentIsYes) implements Node {}

    /**
     * A leaf.
     *
     * @param scores what it adds to each output, by output index; shared, never written
     */
    @SuppressWarnings("ArrayRecordComponent") // A private carrier that is never compared.
    record Leaf(double[] scores) implements Node {}

    /** Copies the nodes. */
    FlatTree {
        nodes = List.copyOf(nodes);
    }
}
