package io.mlops4j.serving.tabular;

/**
 * The inner nodes of all trees. A row goes {@code high} where its feature is greater than the threshold, {@code low} where
 * it is not, and {@code absent} where it is NaN. What it comes to is another node, or a leaf written as its complement
 * {@code ~leaf}. Every step leads to a node that is further from the root, so every walk ends.
 *
 * <p>A node is four neighbouring numbers, feature, bits of the threshold, low and high: a step into a large tree waits for
 * one cache line, and which way it goes is an index, not a jump to be mispredicted.
 *
 * <p>Effectively immutable; the arrays are shared.
 */
final class Branches {
    private static final int STRIDE = 4;

    private final int[] nodes;
    private final int[] absent;

    Branches(int[] features, float[] thresholds, int[] low, int[] high, int[] absent) {
        this.nodes = new int[features.length * STRIDE];
        for (int node = 0; node < features.length; node++) {
            nodes[node * STRIDE] = features[node];
            nodes[node * STRIDE + 1] = Float.floatToIntBits(thresholds[node]);
            nodes[node * STRIDE + 2] = low[node];
            nodes[node * STRIDE + 3] = high[node];
        }
        this.absent = absent;
    }

    /** The leaf that a row comes to. */
    int leaf(int root, float[] row, int from) {
        int node = root;
        while (node >= 0) {
            float value = row[from + feature(node)];
            node = Float.isNaN(value) ? absent[node] : next(node, value);
        }
        return ~node;
    }

    /** The leaf that a row without NaN comes to. */
    int leafOfPresent(int root, float[] row, int from) {
        int node = root;
        while (node >= 0) {
            node = next(node, row[from + feature(node)]);
        }
        return ~node;
    }

    private int next(int node, float value) {
        return nodes[node * STRIDE + 2 + (value > threshold(node) ? 1 : 0)];
    }

    int count() {
        return absent.length;
    }

    int feature(int node) {
        return nodes[node * STRIDE];
    }

    float threshold(int node) {
        return Float.intBitsToFloat(nodes[node * STRIDE + 1]);
    }

    int low(int node) {
        return nodes[node * STRIDE + 2];
    }

    int high(int node) {
        return nodes[node * STRIDE + 3];
    }
}
