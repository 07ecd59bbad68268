package io.mlops4j.tribuo;

import static ai.onnx.proto.OnnxMl.AttributeProto.AttributeType.FLOATS;
import static ai.onnx.proto.OnnxMl.AttributeProto.AttributeType.INT;
import static ai.onnx.proto.OnnxMl.AttributeProto.AttributeType.INTS;
import static ai.onnx.proto.OnnxMl.AttributeProto.AttributeType.STRING;
import static ai.onnx.proto.OnnxMl.AttributeProto.AttributeType.STRINGS;

import io.mlops4j.RejectedModelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tribuo.util.onnx.ONNXAttribute;
import org.tribuo.util.onnx.ONNXNode;
import org.tribuo.util.onnx.ONNXRef;

/**
 * The trees of an ensemble as the parallel columns that ONNX's {@code TreeEnsembleRegressor} takes: the scores of an
 * output are its base value plus what the leaf of each tree adds.
 *
 * <p>Confined to one thread at a time.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html">TreeEnsembleRegressor</a>
 */
final class TreeTable {
    private static final MlOperator OPERATOR = new MlOperator(
            "TreeEnsembleRegressor",
            "ai.onnx.ml",
            new ONNXAttribute("aggregate_function", STRING, false),
            new ONNXAttribute("base_values", FLOATS, false),
            new ONNXAttribute("n_targets", INT, true),
            new ONNXAttribute("nodes_falsenodeids", INTS, true),
            new ONNXAttribute("nodes_featureids", INTS, true),
            new ONNXAttribute("nodes_missing_value_tracks_true", INTS, true),
            new ONNXAttribute("nodes_modes", STRINGS, true),
            new ONNXAttribute("nodes_nodeids", INTS, true),
            new ONNXAttribute("nodes_treeids", INTS, true),
            new ONNXAttribute("nodes_truenodeids", INTS, true),
            new ONNXAttribute("nodes_values", FLOATS, true),
            new ONNXAttribute("post_transform", STRING, false),
            new ONNXAttribute("target_ids", INTS, true),
            new ONNXAttribute("target_nodeids", INTS, true),
            new ONNXAttribute("target_treeids", INTS, true),
            new ONNXAttribute("target_weights", FLOATS, true));

    private final float[] baseValues;
    private final IntStream.Builder treeIds = IntStream.builder();
    private final IntStream.Builder nodeIds = IntStream.builder();
    private final IntStream.Builder features = IntStream.builder();
    private final IntStream.Builder yes = IntStream.builder();
    private final IntStream.Builder no = IntStream.builder();
    private final IntStream.Builder absentIsYes = IntStream.builder();
    private final List<String> modes = new ArrayList<>();
    private final List<Float> thresholds = new ArrayList<>();
    private final IntStream.Builder targetTrees = IntStream.builder();
    private final IntStream.Builder targetNodes = IntStream.builder();
    private final IntStream.Builder targets = IntStream.builder();
    private final List<Float> weights = new ArrayList<>();
    private int trees;

    /** A table without trees, whose scores are the base values. */
    TreeTable(float[] baseValues) {
        this.baseValues = baseValues.clone();
    }

    /** Adds a tree whose leaves count {@code factor} times. */
    void add(FlatTree tree, double factor) {
        int id = trees++;
        for (int i = 0; i < tree.nodes().size(); i++) {
            treeIds.add(id);
            nodeIds.add(i);
            if (tree.nodes().get(i) instanceof FlatTree.Split split) {
                node(tree.comparison().name(), split);
            } else if (tree.nodes().get(i) instanceof FlatTree.Leaf leaf) {
                node("LEAF", new FlatTree.Split(0, 0, 0, 0, false));
                leaf(id, i, leaf.scores(), factor);
            }
        }
    }

    private void node(String mode, FlatTree.Split split) {
        modes.add(mode);
        features.add(split.feature());
        thresholds.add(split.threshold());
        yes.add(split.yes());
        no.add(split.no());
        absentIsYes.add(split.absentIsYes() ? 1 : 0);
    }

    /** Zeros add nothing and are left out, but a leaf without any entry would be no leaf: its last output then keeps its 0. */
    private void leaf(int tree, int node, double[] scores, double factor) {
        boolean any = false;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] != 0 || (i == scores.length - 1 && !any)) {
                any = true;
                targetTrees.add(tree);
                targetNodes.add(node);
                targets.add(i);
                weights.add(finite(scores[i] * factor));
            }
        }
    }

    private static float finite(double score) {
        float rounded = (float) score;
        if (!Float.isFinite(rounded)) {
            throw new RejectedModelException(
                    "Cannot export a leaf of score " + score + ": ONNX trees hold finite 32-bit floats");
        }
        return rounded;
    }

    /** Writes the table as a node from [rows, features] to [rows, outputs]. */
    ONNXNode write(ONNXRef<?> input, String postTransform) {
        // In order, because the bytes of the export are its identity.
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("aggregate_function", "SUM");
        attributes.put("base_values", baseValues);
        attributes.put("n_targets", baseValues.length);
        attributes.put("nodes_falsenodeids", no.build().toArray());
        attributes.put("nodes_featureids", features.build().toArray());
        attributes.put("nodes_missing_value_tracks_true", absentIsYes.build().toArray());
        attributes.put("nodes_modes", modes.toArray(new String[0]));
        attributes.put("nodes_nodeids", nodeIds.build().toArray());
        attributes.put("nodes_treeids", treeIds.build().toArray());
        attributes.put("nodes_truenodeids", yes.build().toArray());
        attributes.put("nodes_values", floats(thresholds));
        attributes.put("post_transform", postTransform);
        attributes.put("target_ids", targets.build().toArray());
        attributes.put("target_nodeids", targetNodes.build().toArray());
        attributes.put("target_treeids", targetTrees.build().toArray());
        attributes.put("target_weights", floats(weights));
        return input.apply(OPERATOR, attributes);
    }

    private static float[] floats(List<Float> values) {
        float[] out = new float[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.get(i);
        }
        return out;
    }
}
