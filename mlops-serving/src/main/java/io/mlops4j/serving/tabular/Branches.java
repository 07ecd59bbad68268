package io.mlops4j.serving.tabular;

/**
 * The inner nodes of all trees. A row goes {@code high} where its feature is greater than the threshold, {@code low} where
 * it is not, and {@code absent} where it is NaN. What it comes to is another node, or a leaf written as its complement
 * {@code ~leaf}. Every step leads to a node that is further from the root, so every walk ends.
 *
 * <p>Effectively immutable; the arrays are shared.
 */
final class Branches {
    private final int[] features;
    private final float[] thresholds;
    private final int[] low;
    private final int[] high;
    private final int[] absent;

    Branches(int[] features, float[] thresholds, int[] low, int[] high, int[] absent) {
        this.features = features;
        this.thresholds = thresholds;
        this.low = low;
        this.high = high;
        this.absent = absent;
    }

    /** The leaf that a row comes to. */
    int leaf(int root, float[] row, int from) {
        int node = root;
        while (node >= 0) {
            float value = row[from + features[node]];
            float threshold = thresholds[node];
            node = value > threshold ? high[node] : value <= threshold ? low[node] : absent[node];
        }
        return ~node;
    }

    int count() {
        return features.length;
    }

    int feature(int node) {
        return features[node];
    }

    float threshold(int node) {
        return thresholds[node];
    }

    int low(int node) {
        return low[node];
    }

    int high(int node) {
        return high[node];
    }
}
