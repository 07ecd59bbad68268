package io.mlops4j.tribuo;

import com.google.protobuf.InvalidProtocolBufferException;
import io.mlops4j.RejectedModelException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.common.tree.LeafNode;
import org.tribuo.common.tree.Node;
import org.tribuo.common.tree.TreeModel;
import org.tribuo.ensemble.WeightedEnsembleModel;
import org.tribuo.protos.core.WeightedEnsembleModelProto;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.rtree.IndependentRegressionTreeModel;

/**
 * Folds a model that is nothing but Tribuo trees and weighted means of them into one table of trees: the mean of an
 * ensemble is a sum once each member's share, {@code w / Σw}, is multiplied into its leaves.
 *
 * <ul>
 *   <li>Averaging (regression) and fully weighted voting add the members' leaves.
 *   <li>Voting adds each member's vote: its leaf becomes 1 for the label that the leaf predicts, so that a tie
 *       within a leaf falls as it does in Tribuo.
 * </ul>
 *
 * <p>Confined to one thread at a time.
 */
final class FoldedTrees {
    private static final String AVERAGING = "org.tribuo.regression.ensemble.AveragingCombiner";
    private static final String VOTING = "org.tribuo.classification.ensemble.VotingCombiner";
    private static final String FULLY_WEIGHTED = "org.tribuo.classification.ensemble.FullyWeightedVotingCombiner";
    private static final double SUM_TOLERANCE = 1e-6;

    private enum Leaves {
        SCORES,
        /** Scores that must sum to 1, because Tribuo divides by their sum. */
        DISTRIBUTION,
        VOTE
    }

    private final Model<?> whole;
    private final Outputs outputs;
    private final TreeTable table;

    private FoldedTrees(Model<?> whole) {
        this.whole = whole;
        this.outputs = Outputs.of(whole);
        this.table = new TreeTable(new float[outputs.size()]);
    }

    /** The table of a model's trees, or empty if the model is more than weighted means of Tribuo trees. */
    static Optional<TreeTable> tableOf(Model<?> model) {
        if (!folds(model)) {
            return Optional.empty();
        }
        FoldedTrees fold = new FoldedTrees(model);
        fold.add(model, 1, Leaves.SCORES);
        return Optional.of(fold.table);
    }

    private static boolean folds(Model<?> model) {
        if (model instanceof TreeModel<?>) {
            return true;
        }
        if (!(model instanceof WeightedEnsembleModel<?> ensemble)) {
            return false;
        }
        return switch (protoOf(ensemble).getCombiner().getClassName()) {
            case AVERAGING, FULLY_WEIGHTED -> ensemble.getModels().stream().allMatch(FoldedTrees::folds);
            case VOTING -> ensemble.getModels().stream().allMatch(TreeModel.class::isInstance);
            default -> false;
        };
    }

    static WeightedEnsembleModelProto protoOf(WeightedEnsembleModel<?> ensemble) {
        try {
            // The weights and the combiner show themselves nowhere else.
            return ensemble.serialize().getSerializedData().unpack(WeightedEnsembleModelProto.class);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("Tribuo wrote an ensemble that it could not read", e);
        }
    }

    static float[] weightsOf(WeightedEnsembleModelProto proto) {
        float[] weights = new float[proto.getWeightsCount()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = proto.getWeights(i);
        }
        return weights;
    }

    /** For each feature id of {@code part}, the id of the same feature in {@code whole}. */
    static int[] columns(Model<?> part, Model<?> whole) {
        ImmutableFeatureMap theirs = part.getFeatureIDMap();
        return IntStream.range(0, theirs.size())
                .map(id -> columnOf(theirs.get(id).getName(), whole))
                .toArray();
    }

    private static int columnOf(String feature, Model<?> whole) {
        int id = whole.getFeatureIDMap().getID(feature);
        if (id < 0) {
            throw new RejectedModelException(
                    "Cannot export an ensemble whose member uses feature " + feature + ", which the ensemble lacks");
        }
        return id;
    }

    private void add(Model<?> model, double share, Leaves leaves) {
        if (model instanceof WeightedEnsembleModel<?> ensemble) {
            addMembers(ensemble, share);
        } else if (model instanceof IndependentRegressionTreeModel trees) {
            trees.getRoots().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(root -> table.add(flatten(model, root.getValue(), Leaves.SCORES), share));
        } else if (model instanceof TreeModel<?> tree) {
            table.add(flatten(model, tree.getRoot(), leaves), share);
        }
    }

    private void addMembers(WeightedEnsembleModel<?> ensemble, double share) {
        WeightedEnsembleModelProto proto = protoOf(ensemble);
        Leaves leaves =
                switch (proto.getCombiner().getClassName()) {
                    case VOTING -> Leaves.VOTE;
                    case FULLY_WEIGHTED -> Leaves.DISTRIBUTION;
                    default -> Leaves.SCORES;
                };
        double sum = 0;
        for (float weight : proto.getWeightsList()) {
            sum += weight;
        }
        List<? extends Model<?>> members = ensemble.getModels();
        for (int i = 0; i < members.size(); i++) {
            add(members.get(i), share * proto.getWeights(i) / sum, leaves);
        }
    }

    private <T extends Output<T>> FlatTree flatten(Model<?> member, Node<T> root, Leaves leaves) {
        int[] columns = columns(member, whole);
        IntUnaryOperator column = id -> columns[id];
        Function<LeafNode<T>, double[]> scores = leaf -> scores(leaf, leaves);
        return TribuoTrees.flatten(root, column, scores);
    }

    private double[] scores(LeafNode<?> leaf, Leaves leaves) {
        if (leaf.getOutput() instanceof Regressor regressor) {
            return outputs.valuesOf(regressor);
        }
        if (leaves == Leaves.VOTE) {
            return outputs.oneHot(((Label) leaf.getOutput()).getLabel());
        }
        double[] scores = outputs.labelScores(leaf.getDistribution());
        double sum = leaves == Leaves.DISTRIBUTION ? DoubleStream.of(scores).sum() : 1;
        if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
            throw new RejectedModelException("Cannot export an ensemble by " + FULLY_WEIGHTED
                    + ": the scores of a leaf sum to " + sum + ", expected 1");
        }
        return scores;
    }
}
