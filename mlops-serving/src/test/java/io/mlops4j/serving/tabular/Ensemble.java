package io.mlops4j.serving.tabular;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.serving.OnnxGraph;
import io.mlops4j.serving.OnnxGraph.Attribute;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.VerifiedModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A tree ensemble as columns that tests fill, by hand or at random, and write as a model. Random weights are multiples
 * of 1/64, and few: the native runtime adds them up in float without rounding.
 */
final class Ensemble {
    static final int FEATURES = 3;
    static final List<String> MODES =
            List.of("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ");

    /** Thresholds that rows hit: of both signs, zeros of both signs, the least and the greatest numbers. */
    static final float[] THRESHOLDS = {
        -2, -1, -0.5f, -0f, 0, 0.5f, 1, 2, 3, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE
    };

    final List<Long> treeIds = new ArrayList<>();
    final List<Long> nodeIds = new ArrayList<>();
    final List<Long> features = new ArrayList<>();
    final List<Float> thresholds = new ArrayList<>();
    final List<String> modes = new ArrayList<>();
    final List<Long> ifTrue = new ArrayList<>();
    final List<Long> ifFalse = new ArrayList<>();
    final List<Long> absentIsTrue = new ArrayList<>();
    final List<Long> leafTrees = new ArrayList<>();
    final List<Long> leafNodes = new ArrayList<>();
    final List<Long> leafOutputs = new ArrayList<>();
    final List<Float> leafWeights = new ArrayList<>();
    final Map<String, Attribute> more = new LinkedHashMap<>();

    Ensemble split(long tree, long node, String mode, long feature, float threshold, long yes, long no) {
        return node(tree, node, mode, feature, threshold, yes, no, 0);
    }

    Ensemble leaf(long tree, long node) {
        return node(tree, node, "LEAF", 0, 0, 0, 0, 0);
    }

    Ensemble node(long tree, long node, String mode, long feature, float threshold, long yes, long no, long absentYes) {
        treeIds.add(tree);
        nodeIds.add(node);
        modes.add(mode);
        features.add(feature);
        thresholds.add(threshold);
        ifTrue.add(yes);
        ifFalse.add(no);
        absentIsTrue.add(absentYes);
        return this;
    }

    Ensemble weight(long tree, long node, long output, float weight) {
        leafTrees.add(tree);
        leafNodes.add(node);
        leafOutputs.add(output);
        leafWeights.add(weight);
        return this;
    }

    /** {@code x[0] <= 0 ? 1 : 2}. */
    static Ensemble stump() {
        return new Ensemble()
                .split(0, 0, "BRANCH_LEQ", 0, 0, 1, 2)
                .leaf(0, 1)
                .leaf(0, 2)
                .weight(0, 1, 0, 1)
                .weight(0, 2, 0, 2);
    }

    Ensemble with(String name, Attribute attribute) {
        more.put(name, attribute);
        return this;
    }

    /** How random leaves are weighted. */
    enum Weights {
        /** Each leaf has one weight, for output 0. */
        FIRST_OUTPUT,
        /** Each leaf has one weight, for the output whose turn it is for this tree. */
        TURNS,
        /** Each leaf has a weight for each output. */
        ALL
    }

    /** Adds a random tree. */
    Ensemble randomTree(long tree, int depth, List<String> among, Random random, Weights weights, int outputs) {
        grow(tree, depth, among, random, weights, outputs, new long[] {0});
        return this;
    }

    private long grow(
            long tree, int depth, List<String> among, Random random, Weights weights, int outputs, long[] next) {
        long id = next[0]++;
        if (depth == 0 || (id > 0 && random.nextInt(5) == 0)) {
            leaf(tree, id);
            for (int output = 0; output < outputs; output++) {
                boolean has = weights == Weights.ALL
                        || (weights == Weights.TURNS && output == tree % outputs)
                        || (weights == Weights.FIRST_OUTPUT && output == 0);
                if (has) {
                    weight(tree, id, output, (random.nextInt(257) - 128) / 64f);
                }
            }
            return id;
        }
        int row = treeIds.size();
        float threshold = THRESHOLDS[random.nextInt(THRESHOLDS.length)];
        String mode = among.get(random.nextInt(among.size()));
        node(tree, id, mode, random.nextInt(FEATURES), threshold, 0, 0, random.nextInt(2));
        ifTrue.set(row, grow(tree, depth - 1, among, random, weights, outputs, next));
        ifFalse.set(row, grow(tree, depth - 1, among, random, weights, outputs, next));
        return id;
    }

    Attribute[] attributes(String word) {
        List<Attribute> all = new ArrayList<>(more.values());
        all.add(Attribute.ofLongs("nodes_treeids", longs(treeIds)));
        all.add(Attribute.ofLongs("nodes_nodeids", longs(nodeIds)));
        all.add(Attribute.ofLongs("nodes_featureids", longs(features)));
        all.add(Attribute.ofFloats("nodes_values", floats(thresholds)));
        all.add(Attribute.ofStrings("nodes_modes", modes.toArray(new String[0])));
        all.add(Attribute.ofLongs("nodes_truenodeids", longs(ifTrue)));
        all.add(Attribute.ofLongs("nodes_falsenodeids", longs(ifFalse)));
        all.add(Attribute.ofLongs("nodes_missing_value_tracks_true", longs(absentIsTrue)));
        all.add(Attribute.ofLongs(word + "_treeids", longs(leafTrees)));
        all.add(Attribute.ofLongs(word + "_nodeids", longs(leafNodes)));
        all.add(Attribute.ofLongs(word + "_ids", longs(leafOutputs)));
        all.add(Attribute.ofFloats(word + "_weights", floats(leafWeights)));
        return all.toArray(new Attribute[0]);
    }

    private static long[] longs(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    static float[] floats(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }

    /** {@code y[?, outputs]} of {@code x[?, 3]}. */
    VerifiedModel regressor(int outputs) {
        with("n_targets", Attribute.of("n_targets", outputs));
        return OnnxModels.verified(
                "trees:1",
                new OnnxGraph()
                        .input("x", ElementType.FLOAT32, Shape.DYNAMIC, FEATURES)
                        .output("y", ElementType.FLOAT32, Shape.DYNAMIC, outputs)
                        .node(OnnxGraph.ML, "TreeEnsembleRegressor", List.of("x"), List.of("y"), attributes("target"))
                        .toModel());
    }

    /** {@code label[?]} and {@code p[?, classes]} of {@code x[?, 3]}; labels are 0, 1, … or c0, c1, …. */
    VerifiedModel classifier(int classes, ElementType labels) {
        if (labels == ElementType.STRING) {
            String[] names = new String[classes];
            for (int i = 0; i < classes; i++) {
                names[i] = "c" + i;
            }
            with("labels", Attribute.ofStrings("classlabels_strings", names));
        } else {
            long[] numbers = new long[classes];
            for (int i = 0; i < classes; i++) {
                numbers[i] = i;
            }
            with("labels", Attribute.ofLongs("classlabels_int64s", numbers));
        }
        return OnnxModels.verified(
                "trees:1",
                new OnnxGraph()
                        .input("x", ElementType.FLOAT32, Shape.DYNAMIC, FEATURES)
                        .output("label", labels, Shape.DYNAMIC)
                        .output("p", ElementType.FLOAT32, Shape.DYNAMIC, classes)
                        .node(
                                OnnxGraph.ML,
                                "TreeEnsembleClassifier",
                                List.of("x"),
                                List.of("label", "p"),
                                attributes("class"))
                        .toModel());
    }
}
