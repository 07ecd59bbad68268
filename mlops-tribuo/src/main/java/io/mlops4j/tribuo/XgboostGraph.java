package io.mlops4j.tribuo;

import com.google.protobuf.InvalidProtocolBufferException;
import io.mlops4j.RejectedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tribuo.Model;
import org.tribuo.common.xgboost.protos.XGBoostModelProto;
import org.tribuo.util.onnx.ONNXNode;
import org.tribuo.util.onnx.ONNXRef;

/**
 * Writes Tribuo's XGBoost models as tree ensembles. Read from the model's protobuf form, so that nothing here links to
 * XGBoost itself. A classifier is one booster with a group for each label; a regressor is one booster for each dimension.
 *
 * <p>Immutable.
 */
final class XgboostGraph {
    private XgboostGraph() {}

    static ONNXNode write(Model<?> model, ONNXRef<?> input) {
        List<Booster> boosters = boostersOf(model);
        int outputs = model.getOutputIDInfo().size();
        int groups = boosters.stream().mapToInt(Booster::groups).sum();
        if (groups != outputs) {
            throw new RejectedModelException("Cannot export XGBoost objective "
                    + boosters.get(0).objective() + " with " + groups + " output groups for " + outputs + " outputs");
        }
        Booster.Link link = sharedLink(boosters);
        ONNXNode margins = tableOf(boosters, outputs).write(input, link == Booster.Link.SOFTMAX ? "SOFTMAX" : "NONE");
        return link == Booster.Link.EXP ? margins.apply(MlOperator.EXP) : margins;
    }

    private static List<Booster> boostersOf(Model<?> model) {
        try {
            XGBoostModelProto proto = model.serialize().getSerializedData().unpack(XGBoostModelProto.class);
            List<Booster> boosters = new ArrayList<>();
            for (int i = 0; i < proto.getModelsCount(); i++) {
                boosters.add(BoosterReader.read(
                        proto.getModels(i).toByteArray(),
                        model.getFeatureIDMap().size()));
            }
            return boosters;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("Tribuo wrote an XGBoost model that it could not read", e);
        }
    }

    private static Booster.Link sharedLink(List<Booster> boosters) {
        List<Booster.Link> links =
                boosters.stream().map(Booster::link).distinct().toList();
        if (links.size() != 1 || (links.get(0) == Booster.Link.SOFTMAX && boosters.size() != 1)) {
            throw new RejectedModelException("Cannot export an XGBoost model of " + boosters.size()
                    + " boosters with objectives "
                    + boosters.stream().map(Booster::objective).toList()
                    + ": expected one for all dimensions, or one softmax for all labels");
        }
        return links.get(0);
    }

    private static TreeTable tableOf(List<Booster> boosters, int outputs) {
        float[] base = new float[outputs];
        int first = 0;
        for (Booster booster : boosters) {
            Arrays.fill(base, first, first + booster.groups(), booster.baseMargin());
            first += booster.groups();
        }
        TreeTable table = new TreeTable(base);
        first = 0;
        for (Booster booster : boosters) {
            addTrees(table, booster, first, outputs);
            first += booster.groups();
        }
        return table;
    }

    private static void addTrees(TreeTable table, Booster booster, int first, int outputs) {
        for (int i = 0; i < booster.trees().size(); i++) {
            int output = first + booster.groupOf()[i];
            table.add(widened(booster.trees().get(i), output, outputs), booster.weights()[i]);
        }
    }

    /** A tree whose leaves have one score becomes one whose leaves have a score for each output. */
    private static FlatTree widened(FlatTree tree, int output, int outputs) {
        List<FlatTree.Node> nodes = new ArrayList<>(tree.nodes().size());
        for (FlatTree.Node node : tree.nodes()) {
            if (node instanceof FlatTree.Leaf leaf) {
                double[] scores = new double[outputs];
                scores[output] = leaf.scores()[0];
                nodes.add(new FlatTree.Leaf(scores));
            } else {
                nodes.add(node);
            }
        }
        return new FlatTree(tree.comparison(), nodes);
    }
}
