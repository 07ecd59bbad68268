package io.mlops4j.tribuo;

import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.tribuo.classification.protos.DummyClassifierModelProto;
import org.tribuo.classification.protos.ImmutableLabelInfoProto;
import org.tribuo.classification.protos.LabelProto;
import org.tribuo.classification.sgd.protos.ClassificationLinearSGDProto;
import org.tribuo.classification.sgd.protos.FMClassificationModelProto;
import org.tribuo.common.liblinear.protos.LibLinearModelProto;
import org.tribuo.common.sgd.protos.FMParametersProto;
import org.tribuo.common.tree.protos.LeafNodeProto;
import org.tribuo.common.tree.protos.SplitNodeProto;
import org.tribuo.common.tree.protos.TreeModelProto;
import org.tribuo.common.xgboost.protos.XGBoostModelProto;
import org.tribuo.math.protos.DenseTensorProto;
import org.tribuo.math.protos.LinearParametersProto;
import org.tribuo.protos.core.CategoricalIDInfoProto;
import org.tribuo.protos.core.ImmutableFeatureMapProto;
import org.tribuo.protos.core.RealIDInfoProto;
import org.tribuo.protos.core.WeightedEnsembleModelProto;
import org.tribuo.regression.protos.DimensionTupleProto;
import org.tribuo.regression.protos.DummyRegressionModelProto;
import org.tribuo.regression.protos.ImmutableRegressionInfoProto;
import org.tribuo.regression.protos.RegressorProto;
import org.tribuo.regression.rtree.protos.IndependentRegressionTreeModelProto;
import org.tribuo.regression.sgd.protos.FMRegressionModelProto;
import org.tribuo.regression.sgd.protos.RegressionLinearSGDProto;

/**
 * The closed list of what a model file may name: each class with the protobuf messages that it may carry. Tribuo turns any
 * class name in a file into a loaded class, so that whatever is not listed here must not reach it.
 *
 * <p>Immutable.
 */
final class ModelKinds {
    private final Map<String, Set<Message>> payloads = new HashMap<>();

    private ModelKinds() {}

    /** The classes of all Tribuo libraries that are present. */
    static ModelKinds present() {
        ModelKinds kinds = new ModelKinds();
        kinds.core();
        kinds.trees();
        kinds.ifPresent(ModelKinds::xgboost);
        kinds.ifPresent(ModelKinds::classificationSgd);
        kinds.ifPresent(ModelKinds::regressionSgd);
        kinds.ifPresent(ModelKinds::libLinear);
        return kinds;
    }

    boolean allows(String className) {
        return payloads.containsKey(className);
    }

    /** The messages that an allowed class may carry, as empty instances; none if it carries no data. */
    Set<Message> payloadsOf(String className) {
        return payloads.getOrDefault(className, Set.of());
    }

    private void allow(String className, Message... carried) {
        payloads.put("org.tribuo." + className, Set.of(carried));
    }

    /** Some Tribuo libraries are optional; the first message that one of them lacks ends its part of the list. */
    private void ifPresent(Consumer<ModelKinds> part) {
        try {
            part.accept(this);
        } catch (NoClassDefFoundError e) {
            // The library is not there, so its models cannot be served, and its classes stay off the list.
        }
    }

    private void core() {
        allow("ImmutableFeatureMap", ImmutableFeatureMapProto.getDefaultInstance());
        allow("CategoricalIDInfo", CategoricalIDInfoProto.getDefaultInstance());
        allow("RealIDInfo", RealIDInfoProto.getDefaultInstance());
        allow("ensemble.WeightedEnsembleModel", WeightedEnsembleModelProto.getDefaultInstance());
        allow("classification.Label", LabelProto.getDefaultInstance());
        allow("classification.ImmutableLabelInfo", ImmutableLabelInfoProto.getDefaultInstance());
        allow("classification.baseline.DummyClassifierModel", DummyClassifierModelProto.getDefaultInstance());
        allow("classification.ensemble.VotingCombiner");
        allow("classification.ensemble.FullyWeightedVotingCombiner");
        allow("regression.Regressor", RegressorProto.getDefaultInstance());
        allow("regression.Regressor$DimensionTuple", DimensionTupleProto.getDefaultInstance());
        allow("regression.ImmutableRegressionInfo", ImmutableRegressionInfoProto.getDefaultInstance());
        allow("regression.baseline.DummyRegressionModel", DummyRegressionModelProto.getDefaultInstance());
        allow("regression.ensemble.AveragingCombiner");
    }

    private void trees() {
        // Tribuo 4.3 writes the name of the leaf class on splits too.
        allow("common.tree.LeafNode", LeafNodeProto.getDefaultInstance(), SplitNodeProto.getDefaultInstance());
        allow("common.tree.SplitNode", SplitNodeProto.getDefaultInstance());
        allow("common.tree.TreeModel", TreeModelProto.getDefaultInstance());
        allow(
                "regression.rtree.IndependentRegressionTreeModel",
                IndependentRegressionTreeModelProto.getDefaultInstance());
    }

    private void xgboost() {
        allow("common.xgboost.XGBoostModel", XGBoostModelProto.getDefaultInstance());
        allow("classification.xgboost.XGBoostClassificationConverter");
        allow("regression.xgboost.XGBoostRegressionConverter");
    }

    private void classificationSgd() {
        allow("classification.sgd.linear.LinearSGDModel", ClassificationLinearSGDProto.getDefaultInstance());
        allow("classification.sgd.fm.FMClassificationModel", FMClassificationModelProto.getDefaultInstance());
        sgd();
    }

    private void regressionSgd() {
        allow("regression.sgd.linear.LinearSGDModel", RegressionLinearSGDProto.getDefaultInstance());
        allow("regression.sgd.fm.FMRegressionModel", FMRegressionModelProto.getDefaultInstance());
        sgd();
    }

    private void sgd() {
        allow("common.sgd.FMParameters", FMParametersProto.getDefaultInstance());
        allow("math.LinearParameters", LinearParametersProto.getDefaultInstance());
        allow("math.la.DenseMatrix", DenseTensorProto.getDefaultInstance());
        allow("math.la.DenseVector", DenseTensorProto.getDefaultInstance());
        allow("math.util.ExpNormalizer");
        allow("math.util.NoopNormalizer");
        allow("math.util.Normalizer");
        allow("math.util.SigmoidNormalizer");
    }

    private void libLinear() {
        allow("classification.liblinear.LibLinearClassificationModel", LibLinearModelProto.getDefaultInstance());
    }
}
