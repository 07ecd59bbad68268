package io.mlops4j.serving;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.serving.OnnxGraph.Attribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Models for tests and benchmarks, made by code: small, seeded, and with answers that can be worked out by hand. */
public final class OnnxModels {
    private static final long ANY = Shape.DYNAMIC;

    private OnnxModels() {}

    /** {@code y = x}, of any element type and shape. */
    public static byte[] identity(ElementType type, long... sizes) {
        return new OnnxGraph()
                .input("x", type, sizes)
                .output("y", type, sizes)
                .node("Identity", List.of("x"), List.of("y"))
                .toModel();
    }

    /** {@code y = x · w + b}, of {@code x[?, n]} and {@code y[?, m]}; weights are seeded. */
    public static byte[] linear(int n, int m, long seed) {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY, n)
                .output("y", ElementType.FLOAT32, ANY, m)
                .weights("w", gaussians(n * m, seed), n, m)
                .weights("b", gaussians(m, seed + 1), m)
                .node("MatMul", List.of("x", "w"), List.of("xw"))
                .node("Add", List.of("xw", "b"), List.of("y"))
                .toModel();
    }

    /** {@code y[?, 1]} = the value, whatever {@code x[?, n]} is: tells versions apart. */
    public static byte[] constant(int n, float value) {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY, n)
                .output("y", ElementType.FLOAT32, ANY, 1)
                .weights("w", new float[n], n, 1)
                .weights("b", new float[] {value}, 1)
                .node("MatMul", List.of("x", "w"), List.of("xw"))
                .node("Add", List.of("xw", "b"), List.of("y"))
                .toModel();
    }

    /** A constant of zero or more, by a graph that is left to the native runtime. */
    public static byte[] constantByRelu(int n, float value) {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY, n)
                .output("y", ElementType.FLOAT32, ANY, 1)
                .weights("w", new float[n], n, 1)
                .weights("b", new float[] {value}, 1)
                .node("Gemm", List.of("x", "w", "b"), List.of("z"))
                .node("Relu", List.of("z"), List.of("y"))
                .toModel();
    }

    /** A perceptron with ReLU between its layers; {@code sizes} are the widths from {@code x} to {@code y}. */
    public static byte[] mlp(long seed, int... sizes) {
        int last = sizes.length - 1;
        var graph = new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY, sizes[0])
                .output("y", ElementType.FLOAT32, ANY, sizes[last]);
        String from = "x";
        for (int i = 1; i <= last; i++) {
            float[] weights = gaussians(sizes[i - 1] * sizes[i], seed + i);
            String to = i == last ? "y" : "h" + i;
            graph.weights("w" + i, weights, sizes[i - 1], sizes[i]);
            graph.weights("b" + i, new float[sizes[i]], sizes[i]);
            graph.node("Gemm", List.of(from, "w" + i, "b" + i), List.of(i == last ? to : to + "raw"));
            if (i < last) {
                graph.node("Relu", List.of(to + "raw"), List.of(to));
            }
            from = to;
        }
        return graph.toModel();
    }

    /** A regressor of complete trees with seeded splits: {@code y[?, 1]} of {@code x[?, features]}. */
    public static byte[] trees(int features, int trees, int depth, long seed) {
        var random = new Random(seed);
        int inner = (1 << depth) - 1;
        int nodes = 2 * inner + 1;
        var table = new TreeTable(trees * nodes, trees * (inner + 1));
        for (int tree = 0; tree < trees; tree++) {
            for (int node = 0; node < nodes; node++) {
                if (node < inner) {
                    table.split(tree, node, random.nextInt(features), (float) random.nextGaussian());
                } else {
                    table.leaf(tree, node, (float) random.nextGaussian() / trees);
                }
            }
        }
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY, features)
                .output("y", ElementType.FLOAT32, ANY, 1)
                .node(OnnxGraph.ML, "TreeEnsembleRegressor", List.of("x"), List.of("y"), table.attributes())
                .toModel();
    }

    /** A classifier as scikit-learn exports it: {@code label} and {@code probabilities}, a map for each row. */
    public static byte[] zipMapClassifier(int features, int classes, long seed) {
        long[] labels = new long[classes];
        for (int i = 0; i < classes; i++) {
            labels[i] = i;
        }
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY, features)
                .output("label", ElementType.INT64, ANY)
                .outputZipMap("probabilities")
                .node(
                        OnnxGraph.ML,
                        "LinearClassifier",
                        List.of("x"),
                        List.of("label", "scores"),
                        Attribute.ofFloats("coefficients", gaussians(features * classes, seed)),
                        Attribute.ofFloats("intercepts", gaussians(classes, seed + 1)),
                        Attribute.ofLongs("classlabels_ints", labels),
                        Attribute.of("post_transform", "SOFTMAX"))
                .node(
                        OnnxGraph.ML,
                        "ZipMap",
                        List.of("scores"),
                        List.of("probabilities"),
                        Attribute.ofLongs("classlabels_int64s", labels))
                .toModel();
    }

    /** Never comes back from {@code x[?, 1]}: a Loop without a bound whose condition stays true. */
    public static byte[] endlessLoop() {
        var body = new OnnxGraph()
                .input("i", ElementType.INT64)
                .input("go", ElementType.BOOL)
                .input("v", ElementType.FLOAT32, ANY, 1)
                .output("on", ElementType.BOOL)
                .output("w", ElementType.FLOAT32, ANY, 1)
                .node("Identity", List.of("go"), List.of("on"))
                .node("Identity", List.of("v"), List.of("w"));
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY, 1)
                .output("y", ElementType.FLOAT32, ANY, 1)
                .node("Constant", List.of(), List.of("t"), Attribute.ofTensor("value", t -> t.number(
                                2, OnnxGraph.number(ElementType.BOOL))
                        .bytes(9, new byte[] {1})))
                .node("Loop", List.of("", "t", "x"), List.of("y"), Attribute.of("body", body))
                .toModel();
    }

    /** {@code y = a + b} over shapes that only the request decides. */
    public static byte[] dynamicSum() {
        return new OnnxGraph()
                .input("a", ElementType.FLOAT32, ANY, ANY)
                .input("b", ElementType.FLOAT32, ANY, ANY)
                .output("y", ElementType.FLOAT32, ANY, ANY)
                .node("Add", List.of("a", "b"), List.of("y"))
                .toModel();
    }

    /** The bytes as a server takes them. */
    public static VerifiedModel verified(String label, byte[] model) {
        return VerifiedModel.verify(label, "model.onnx", model, Digest.of(model), Map.of());
    }

    static float[] gaussians(int count, long seed) {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt(count));
        }
        return values;
    }

    /** The parallel columns that a tree ensemble is written in. */
    private static final class TreeTable {
        private final long[] treeIds;
        private final long[] nodeIds;
        private final long[] features;
        private final long[] ifTrue;
        private final long[] ifFalse;
        private final float[] thresholds;
        private final String[] modes;
        private final long[] leafTrees;
        private final long[] leafNodes;
        private final float[] weights;
        private int row;
        private int leaf;

        TreeTable(int rows, int leaves) {
            treeIds = new long[rows];
            nodeIds = new long[rows];
            features = new long[rows];
            ifTrue = new long[rows];
            ifFalse = new long[rows];
            thresholds = new float[rows];
            modes = new String[rows];
            leafTrees = new long[leaves];
            leafNodes = new long[leaves];
            weights = new float[leaves];
        }

        void split(int tree, int node, int feature, float threshold) {
            features[row] = feature;
            thresholds[row] = threshold;
            ifTrue[row] = 2L * node + 1;
            ifFalse[row] = 2L * node + 2;
            add(tree, node, "BRANCH_LEQ");
        }

        void leaf(int tree, int node, float weight) {
            leafTrees[leaf] = tree;
            leafNodes[leaf] = node;
            weights[leaf++] = weight;
            add(tree, node, "LEAF");
        }

        private void add(int tree, int node, String mode) {
            treeIds[row] = tree;
            nodeIds[row] = node;
            modes[row++] = mode;
        }

        Attribute[] attributes() {
            List<Attribute> all = new ArrayList<>();
            all.add(Attribute.ofLongs("nodes_treeids", treeIds));
            all.add(Attribute.ofLongs("nodes_nodeids", nodeIds));
            all.add(Attribute.ofLongs("nodes_featureids", features));
            all.add(Attribute.ofFloats("nodes_values", thresholds));
            all.add(Attribute.ofStrings("nodes_modes", modes));
            all.add(Attribute.ofLongs("nodes_truenodeids", ifTrue));
            all.add(Attribute.ofLongs("nodes_falsenodeids", ifFalse));
            all.add(Attribute.ofLongs("target_treeids", leafTrees));
            all.add(Attribute.ofLongs("target_nodeids", leafNodes));
            all.add(Attribute.ofLongs("target_ids", new long[leafTrees.length]));
            all.add(Attribute.ofFloats("target_weights", weights));
            all.add(Attribute.of("n_targets", 1));
            return all.toArray(new Attribute[0]);
        }
    }
}
