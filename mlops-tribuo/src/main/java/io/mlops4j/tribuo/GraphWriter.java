package io.mlops4j.tribuo;

import ai.onnx.proto.OnnxMl.GraphProto;
import io.mlops4j.RejectedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.Model;
import org.tribuo.ONNXExportable;
import org.tribuo.ensemble.EnsembleCombiner;
import org.tribuo.ensemble.WeightedEnsembleModel;
import org.tribuo.protos.core.WeightedEnsembleModelProto;
import org.tribuo.util.onnx.ONNXContext;
import org.tribuo.util.onnx.ONNXInitializer;
import org.tribuo.util.onnx.ONNXNode;
import org.tribuo.util.onnx.ONNXOperators;
import org.tribuo.util.onnx.ONNXPlaceholder;
import org.tribuo.util.onnx.ONNXRef;

/**
 * Writes a model as an ONNX graph. What is made of Tribuo's trees alone becomes one tree ensemble; XGBoost becomes one
 * too, with its link; what Tribuo exports itself is left to Tribuo; and an ensemble of such things becomes its
 * members' graphs and Tribuo's own combiner.
 *
 * <p>Confined to one thread at a time.
 */
final class GraphWriter {
    static final String XGBOOST = "org.tribuo.common.xgboost.XGBoostModel";

    private final ONNXContext context = new ONNXContext();

    static GraphProto graphOf(Model<?> model) {
        return new GraphWriter().write(model);
    }

    private GraphProto write(Model<?> model) {
        context.setName(model.getClass().getSimpleName());
        ONNXPlaceholder input =
                context.floatInput(OnnxExport.INPUT, model.getFeatureIDMap().size());
        ONNXPlaceholder output =
                context.floatOutput(OnnxExport.OUTPUT, model.getOutputIDInfo().size());
        node(model, input).assignTo(output);
        return context.buildGraph();
    }

    private ONNXNode node(Model<?> model, ONNXRef<?> input) {
        Optional<TreeTable> folded = FoldedTrees.tableOf(model);
        if (folded.isPresent()) {
            return folded.get().write(input, "NONE");
        }
        if (model.getClass().getName().equals(XGBOOST)) {
            return XgboostGraph.write(model, input);
        }
        if (model instanceof WeightedEnsembleModel<?> ensemble) {
            return ensemble(ensemble, input);
        }
        if (model instanceof ONNXExportable exportable) {
            return exportable.writeONNXGraph(input);
        }
        throw new RejectedModelException("Cannot export a model of type "
                + model.getClass().getName()
                + " to ONNX: expected a tree, XGBoost, an ONNXExportable, or a weighted ensemble of these");
    }

    private ONNXNode ensemble(WeightedEnsembleModel<?> ensemble, ONNXRef<?> input) {
        WeightedEnsembleModelProto proto = FoldedTrees.protoOf(ensemble);
        ONNXInitializer lastAxis = context.array("member_axis", new long[] {2});
        List<ONNXNode> members = new ArrayList<>();
        for (Model<?> member : ensemble.getModels()) {
            ONNXNode scores = outputsAsIn(ensemble, member, node(member, featuresAsIn(ensemble, member, input)));
            members.add(scores.apply(ONNXOperators.UNSQUEEZE, lastAxis));
        }
        ONNXNode stacked = context.operation(ONNXOperators.CONCAT, members, "members", Map.of("axis", 2));
        float[] weights = FoldedTrees.weightsOf(proto);
        EnsembleCombiner<?> combiner = EnsembleCombiner.deserialize(proto.getCombiner());
        return combiner.exportCombiner(stacked, context.array("member_weights", weights));
    }

    /** The ensemble's input with its columns in the member's order. */
    private ONNXRef<?> featuresAsIn(Model<?> ensemble, Model<?> member, ONNXRef<?> input) {
        int[] columns = FoldedTrees.columns(member, ensemble);
        return isIdentity(columns, ensemble.getFeatureIDMap().size())
                ? input
                : input.apply(ONNXOperators.GATHER, context.array("member_features", columns), Map.of("axis", 1));
    }

    /** The member's scores in the ensemble's order. */
    private ONNXNode outputsAsIn(Model<?> ensemble, Model<?> member, ONNXNode scores) {
        Outputs theirs = Outputs.of(member);
        int[] order =
                Outputs.of(ensemble).names().stream().mapToInt(theirs::indexOf).toArray();
        return isIdentity(order, theirs.size())
                ? scores
                : scores.apply(ONNXOperators.GATHER, context.array("member_outputs", order), Map.of("axis", 1));
    }

    private static boolean isIdentity(int[] order, int size) {
        int[] identity = new int[size];
        Arrays.setAll(identity, i -> i);
        return Arrays.equals(order, identity);
    }
}
