package io.mlops4j.tribuo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.ensemble.AdaBoostTrainer;
import org.tribuo.classification.ensemble.FullyWeightedVotingCombiner;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.liblinear.LibLinearClassificationTrainer;
import org.tribuo.classification.sgd.fm.FMClassificationTrainer;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.classification.xgboost.XGBoostClassificationTrainer;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.common.xgboost.XGBoostTrainer;
import org.tribuo.ensemble.BaggingTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.ensemble.AveragingCombiner;
import org.tribuo.regression.rtree.CARTJointRegressionTrainer;
import org.tribuo.regression.rtree.CARTRegressionTrainer;
import org.tribuo.regression.sgd.linear.LinearSGDTrainer;
import org.tribuo.regression.sgd.objectives.SquaredLoss;
import org.tribuo.regression.xgboost.XGBoostRegressionTrainer;
import org.tribuo.regression.xgboost.XGBoostRegressionTrainer.RegressionType;

class OnnxExportTest {
    private static final double TOLERANCE = 1e-5;

    static XGBoostRegressionTrainer xgboost(RegressionType type, XGBoostTrainer.BoosterType booster) {
        return new XGBoostRegressionTrainer(
                booster,
                XGBoostTrainer.TreeMethod.EXACT,
                type,
                30,
                0.3,
                0,
                4,
                1,
                0.8,
                0.8,
                1,
                0,
                1,
                XGBoostTrainer.LoggingVerbosity.SILENT,
                7);
    }

    static XGBoostClassificationTrainer xgboostClassifier() {
        return new XGBoostClassificationTrainer(30, 0.3, 0, 4, 1, 0.8, 0.8, 1, 0, 1, true, 7);
    }

    static CARTRegressionTrainer subsampledTree(int depth) {
        return new CARTRegressionTrainer(
                depth, 2, 0, 0.7f, false, new org.tribuo.regression.rtree.impurity.MeanSquaredError(), 11);
    }

    static CARTClassificationTrainer subsampledClassifier(int depth) {
        return new CARTClassificationTrainer(
                depth, 2, 0, 0.7f, false, new org.tribuo.classification.dtree.impurity.GiniIndex(), 11);
    }

    static Stream<Named<Trainer<Regressor>>> regressors() {
        return Stream.of(
                Named.of("CART", new CARTRegressionTrainer(8)),
                Named.of("CART without a limit", new CARTRegressionTrainer()),
                Named.of("stump", new CARTRegressionTrainer(1)),
                Named.of("joint CART", new CARTJointRegressionTrainer(6, false)),
                Named.of("random forest", new RandomForestTrainer<>(subsampledTree(8), new AveragingCombiner(), 40, 3)),
                Named.of("bagging", new BaggingTrainer<>(new CARTRegressionTrainer(5), new AveragingCombiner(), 10, 3)),
                Named.of("XGBoost", xgboost(RegressionType.LINEAR, XGBoostTrainer.BoosterType.GBTREE)),
                Named.of("XGBoost DART", xgboost(RegressionType.LINEAR, XGBoostTrainer.BoosterType.DART)),
                Named.of("XGBoost Huber", xgboost(RegressionType.PSEUDOHUBER, XGBoostTrainer.BoosterType.GBTREE)),
                Named.of("linear SGD", new LinearSGDTrainer(new SquaredLoss(), new AdaGrad(0.1), 3, 5)));
    }

    static Stream<Named<Trainer<Label>>> classifiers() {
        var tree = subsampledClassifier(6);
        return Stream.of(
                Named.of("CART", new CARTClassificationTrainer(8)),
                Named.of("random forest, votes", new RandomForestTrainer<>(tree, new VotingCombiner(), 30, 3)),
                Named.of(
                        "random forest, distributions",
                        new RandomForestTrainer<>(tree, new FullyWeightedVotingCombiner(), 30, 3)),
                Named.of("AdaBoost", new AdaBoostTrainer(new CARTClassificationTrainer(2), 15, 3)),
                Named.of("XGBoost", xgboostClassifier()),
                Named.of(
                        "bagged XGBoost",
                        new BaggingTrainer<>(xgboostClassifier(), new FullyWeightedVotingCombiner(), 3, 3)),
                Named.of("logistic regression", new LogisticRegressionTrainer()),
                Named.of(
                        "factorization machine",
                        new FMClassificationTrainer(new LogMulticlass(), new AdaGrad(0.1), 2, 5, 3, 0.1)),
                Named.of("LibLinear", new LibLinearClassificationTrainer()));
    }

    private static <T extends Output<T>> OnnxParity parity(Model<T> model, Iterable<? extends Example<T>> examples) {
        return OnnxParity.check(model, OnnxExport.of(model), new OrtForTests(), examples, TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void of_regressorOfOneDimension_predictsAsTribuo(Trainer<Regressor> trainer) {
        Model<Regressor> model = trainer.train(Samples.regression(1, 300, "rides"));
        assertThat(parity(model, Samples.regression(2, 1500, "rides").getData()).rows())
                .isEqualTo(1500);
    }

    @ParameterizedTest
    @MethodSource("regressors")
    void of_regressorOfManyDimensions_predictsAsTribuo(Trainer<Regressor> trainer) {
        // Given out of order: Tribuo sorts dimensions by name.
        String[] dimensions = {"b", "c", "a"};
        Model<Regressor> model = trainer.train(Samples.regression(3, 300, dimensions));
        assertThat(OnnxExport.of(model).outputs()).containsExactly("a", "b", "c");
        parity(model, Samples.regression(4, 300, dimensions).getData());
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void of_classifierOfTwoLabels_predictsAsTribuo(Trainer<Label> trainer) {
        Model<Label> model = trainer.train(Samples.classification(5, 300, 2));
        parity(model, Samples.classification(6, 300, 2).getData());
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void of_classifierOfThreeLabels_predictsAsTribuo(Trainer<Label> trainer) {
        Model<Label> model = trainer.train(Samples.classification(7, 300, 3));
        parity(model, Samples.classification(8, 300, 3).getData());
    }

    @Test
    void of_xgboostWithLogLink_predictsAsTribuo() {
        for (RegressionType type : List.of(RegressionType.GAMMA, RegressionType.TWEEDIE)) {
            var data = Samples.regression(9, 300, "y");
            data.getData().forEach(example -> example.getOutput().getValues()[0] = 0);
            var positive = new ArrayList<Example<Regressor>>();
            for (Example<Regressor> example : Samples.regression(9, 300, "y")) {
                double value = Math.abs(example.getOutput().getValues()[0]) / 10 + 0.1;
                positive.add(new ArrayExample<>(new Regressor("y", value), example, 1));
            }
            Model<Regressor> model = xgboost(type, XGBoostTrainer.BoosterType.GBTREE)
                    .train(Samples.dataset(positive, new org.tribuo.regression.RegressionFactory()));
            parity(model, positive);
        }
    }
}
