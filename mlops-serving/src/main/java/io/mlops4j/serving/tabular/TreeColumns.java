package io.mlops4j.serving.tabular;

import static io.mlops4j.serving.tabular.NotCompiledException.require;

import java.util.List;
import java.util.stream.Stream;

/**
 * The parallel columns in which a tree ensemble is written, found to be of equal lengths and within bounds: so whoever
 * reads them reads no index out of range. Tree by tree; within a tree, nodes have the numbers 0 to n - 1 in any order, and the
 * first one is the root.
 *
 * <p>Effectively immutable; the arrays are shared.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html">TreeEnsembleRegressor</a>
 */
final class TreeColumns {
    private static final int MAX_NODES = 1 << 22;
    private static final int MAX_OUTPUTS = 1 << 12;

    final int nodes;
    final int width;
    final int outputs;
    final long[] treeIds;
    final long[] nodeIds;
    final long[] features;
    final float[] thresholds;
    final long[] ifTrue;
    final long[] ifFalse;
    final long[] absentIsTrue;
    final List<String> modes;
    final long[] leafTreeIds;
    final long[] leafNodeIds;
    final long[] leafOutputs;
    final float[] leafWeights;

    /** Reads the columns of a node; those of leaves begin with the word {@code target} or {@code class}. */
    TreeColumns(Node node, String word, int width, long outputs) throws NotCompiledException {
        treeIds = node.numbers("nodes_treeids");
        nodeIds = node.numbers("nodes_nodeids");
        features = node.numbers("nodes_featureids");
        thresholds = node.decimals("nodes_values");
        ifTrue = node.numbers("nodes_truenodeids");
        ifFalse = node.numbers("nodes_falsenodeids");
        absentIsTrue = node.numbers("nodes_missing_value_tracks_true");
        modes = node.texts("nodes_modes");
        leafTreeIds = node.numbers(word + "_treeids");
        leafNodeIds = node.numbers(word + "_nodeids");
        leafOutputs = node.numbers(word + "_ids");
        leafWeights = node.decimals(word + "_weights");
        require(outputs >= 1 && outputs <= MAX_OUTPUTS, "1 to " + MAX_OUTPUTS + " outputs");
        require(treeIds.length >= 1 && treeIds.length <= MAX_NODES, "1 to " + MAX_NODES + " nodes");
        this.nodes = treeIds.length;
        this.width = width;
        this.outputs = (int) outputs;
        requireLengths();
        for (long output : leafOutputs) {
            require(output >= 0 && output < outputs, "leaves of known outputs");
        }
        for (float weight : leafWeights) {
            require(Float.isFinite(weight), "leaves of finite weights");
        }
    }

    /** The attributes of a node that are understood. */
    static String[] attributes(String word, String... more) {
        String[] all = {
            "nodes_treeids",
            "nodes_nodeids",
            "nodes_featureids",
            "nodes_values",
            "nodes_truenodeids",
            "nodes_falsenodeids",
            "nodes_missing_value_tracks_true",
            "nodes_modes",
            "nodes_hitrates",
            word + "_treeids",
            word + "_nodeids",
            word + "_ids",
            word + "_weights",
            "base_values",
            "post_transform"
        };
        return Stream.concat(Stream.of(all), Stream.of(more)).toArray(String[]::new);
    }

    /** Whether some leaf takes from a score. */
    boolean hasNegativeWeight() {
        for (float weight : leafWeights) {
            if (weight < 0) {
                return true;
            }
        }
        return false;
    }

    private void requireLengths() throws NotCompiledException {
        require(
                nodeIds.length == nodes
                        && features.length == nodes
                        && thresholds.length == nodes
                        && ifTrue.length == nodes
                        && ifFalse.length == nodes
                        && modes.size() == nodes
                        && (absentIsTrue.length == 0 || absentIsTrue.length == nodes),
                "as many values for each node");
        require(
                leafNodeIds.length == leafTreeIds.length
                        && leafOutputs.length == leafTreeIds.length
                        && leafWeights.length == leafTreeIds.length,
                "as many values for each leaf");
    }

    /** Base values by output, zeros if there are none. */
    double[] baseValues(float[] given) throws NotCompiledException {
        double[] base = new double[outputs];
        require(given.length == 0 || given.length == outputs, "a base value for each output, or none");
        for (int i = 0; i < given.length; i++) {
            require(Float.isFinite(given[i]), "finite base values");
            base[i] = given[i];
        }
        return base;
    }

    boolean absentIsTrue(int node) {
        return absentIsTrue.length > 0 && absentIsTrue[node] == 1;
    }

    /** The end of the tree that starts at a node: one past its last node. */
    int endOfTree(int first) {
        int end = first + 1;
        while (end < nodes && treeIds[end] == treeIds[first]) {
            end++;
        }
        return end;
    }
}
