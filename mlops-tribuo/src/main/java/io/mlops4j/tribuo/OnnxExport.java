package io.mlops4j.tribuo;

import static java.util.Objects.requireNonNull;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import java.util.List;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.Tribuo;
import org.tribuo.util.onnx.ONNXOperators;

/**
 * A Tribuo classifier or regressor as an ONNX model, ready for any ONNX runtime.
 *
 * <pre>{@code
 * OnnxExport export = OnnxExport.of(model);
 * OnnxParity.check(model, export, runtime, validation.getData(), 1e-5);
 * Files.write(Path.of("rides.onnx"), export.toBytes());
 * }</pre>
 *
 * <p><b>What is exported.</b> Decision trees (CART for labels, one or several regression dimensions), random forests,
 * bagged and boosted ensembles of them, XGBoost (gbtree and DART), whatever Tribuo exports itself (linear models,
 * factorization machines, LibLinear, LibSVM), and weighted ensembles of all these. Trees become
 * {@code ai.onnx.ml.TreeEnsembleRegressor} nodes; an ensemble of Tribuo trees becomes one node.
 *
 * <p><b>Inputs and outputs.</b> The same for every model, and the same as in Tribuo's own exports. Input {@value #INPUT}
 * is {@code FLOAT32[batch, features]}, its columns the features in the order of {@link #features()} (Tribuo's feature ids:
 * names sorted). Output {@value #OUTPUT} is {@code FLOAT32[batch, outputs]} in the order of {@link #outputs()}
 * (Tribuo's output ids): for a regressor the value of each dimension, for a classifier the score of each label, and
 * the label predicted is the one with the greatest score, the first of equals.
 *
 * <p><b>Absent features.</b> Tribuo's examples are sparse. In models of trees, NaN stands for a feature that the example does
 * not have: Tribuo's own trees take it as 0, XGBoost takes the branch it learned for missing values. In all
 * other models an absent feature is 0, and NaN gives NaN.
 *
 * <p><b>Precision.</b> ONNX holds 32-bit floats where Tribuo's trees hold doubles. Thresholds are rounded towards the side that keeps
 * every {@code float} input on its branch; scores differ from Tribuo's by rounding only.
 * {@link OnnxParity} checks that on data.
 *
 * <p>The bytes depend on what the model computes and on nothing else: Tribuo's provenance, which holds times, is left
 * out, so that the same training gives the same digest twice. Keep the provenance with the training run.
 *
 * <p>Immutable.
 */
public final class OnnxExport {
    /** The name of the input. */
    public static final String INPUT = "input";

    /** The name of the output. */
    public static final String OUTPUT = "output";

    private static final int IR_VERSION = 6;
    private static final String ML_DOMAIN = "ai.onnx.ml";
    private static final String FEATURES_KEY = "mlops4j.features";
    private static final String OUTPUTS_KEY = "mlops4j.outputs";

    private final FeatureRows rows;
    private final List<String> features;
    private final List<String> outputs;
    private final ModelProto proto;

    private OnnxExport(FeatureRows rows, List<String> outputs, ModelProto proto) {
        this.rows = rows;
        this.features = rows.names();
        this.outputs = outputs;
        this.proto = proto;
    }

    /**
     * Exports a model.
     *
     * @param model a classifier or a regressor
     * @return the exported model
     * @throws RejectedModelException if the model is of a kind, or has a part, that cannot be exported
     */
    public static OnnxExport of(Model<?> model) {
        requireNonNull(model, "model");
        FeatureRows rows = new FeatureRows(model);
        List<String> outputs = Outputs.of(model).names();
        GraphProto graph = GraphWriter.graphOf(model);
        ModelProto.Builder proto = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("mlops4j")
                .setProducerVersion("Tribuo " + Tribuo.VERSION)
                .setDomain("io.mlops4j")
                .setGraph(graph)
                .addOpsetImport(ONNXOperators.getOpsetProto())
                .addMetadataProps(property(FEATURES_KEY, JsonText.array(rows.names())))
                .addMetadataProps(property(OUTPUTS_KEY, JsonText.array(outputs)));
        if (graph.getNodeList().stream().anyMatch(node -> node.getDomain().equals(ML_DOMAIN))) {
            proto.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain(ML_DOMAIN).setVersion(1));
        }
        return new OnnxExport(rows, outputs, proto.build());
    }

    private static StringStringEntryProto property(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /**
     * The features by column of the input.
     *
     * @return names in the order of Tribuo's feature ids; also in the file, as a JSON array under the metadata key
     *     {@code mlops4j.features}
     */
    public List<String> features() {
        return features;
    }

    /**
     * The labels or regression dimensions by column of the output.
     *
     * @return names in the order of Tribuo's output ids; also in the file, as a JSON array under the metadata key
     *     {@code mlops4j.outputs}
     */
    public List<String> outputs() {
        return outputs;
    }

    /**
     * The row that stands for an example.
     *
     * @param example any example; features that the model does not know are left out
     * @return a value for each of {@link #features()}, rounded to {@code float}; for an absent feature NaN if the model
     *     consists of trees, else 0
     */
    public float[] row(Example<?> example) {
        return rows.rowOf(example);
    }

    /**
     * What the exported model takes and gives.
     *
     * @return {@code input: FLOAT32[?, features]} and {@code output: FLOAT32[?, outputs]}
     */
    public Signature signature() {
        return new Signature(
                List.of(TensorSpec.of(INPUT, ElementType.FLOAT32, Shape.DYNAMIC, features.size())),
                List.of(TensorSpec.of(OUTPUT, ElementType.FLOAT32, Shape.DYNAMIC, outputs.size())));
    }

    /**
     * The file.
     *
     * @return a new array; equal for equal models
     */
    public byte[] toBytes() {
        return proto.toByteArray();
    }
}
