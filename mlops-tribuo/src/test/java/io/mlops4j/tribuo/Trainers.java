package io.mlops4j.tribuo;

import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.dtree.impurity.GiniIndex;
import org.tribuo.classification.ensemble.AdaBoostTrainer;
import org.tribuo.classification.ensemble.FullyWeightedVotingCombiner;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.liblinear.LibLinearClassificationTrainer;
import org.tribuo.classification.sgd.fm.FMClassificationTrainer;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.classification.xgboost.XGBoostClassificationTrainer;
import org.tribuo.common.tree.ExtraTreesTrainer;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.common.xgboost.XGBoostTrainer.BoosterType;
import org.tribuo.common.xgboost.XGBoostTrainer.LoggingVerbosity;
import org.tribuo.common.xgboost.XGBoostTrainer.TreeMethod;
import org.tribuo.ensemble.BaggingTrainer;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.ensemble.AveragingCombiner;
import org.tribuo.regression.rtree.CARTJointRegressionTrainer;
import org.tribuo.regression.rtree.CARTRegressionTrainer;
import org.tribuo.regression.rtree.impurity.MeanSquaredError;
import org.tribuo.regression.sgd.linear.LinearSGDTrainer;
import org.tribuo.regression.sgd.objectives.SquaredLoss;
import org.tribuo.regression.xgboost.XGBoostRegressionTrainer;
import org.tribuo.regression.xgboost.XGBoostRegressionTrainer.RegressionType;

/** One small trainer of each kind that is exported and served, each with a seed. */
final class Trainers {
    private Trainers() {}

    static XGBoostRegressionTrainer xgboost(RegressionType type, BoosterType booster) {
        return new XGBoostRegressionTrainer(
                booster, TreeMethod.EXACT, type, 12, 0.3, 0, 4, 1, 0.8, 0.8, 1, 0, 1, LoggingVerbosity.SILENT, 7);
    }

    static XGBoostRegressionTrainer xgboost() {
        return xgboost(RegressionType.LINEAR, BoosterType.GBTREE);
    }

    static XGBoostClassificationTrainer xgboostClassifier() {
        return new XGBoostClassificationTrainer(12, 0.3, 0, 4, 1, 0.8, 0.8, 1, 0, 1, true, 7);
    }

    static RandomForestTrainer<Regressor> regressionForest() {
        var tree = new CARTRegressionTrainer(8, 2, 0, 0.7f, false, new MeanSquaredError(), 11);
        return new RandomForestTrainer<>(tree, new AveragingCombiner(), 12, 3);
    }

    static CARTClassificationTrainer subsampledClassifier() {
        return new CARTClassificationTrainer(6, 2, 0, 0.7f, false, new GiniIndex(), 11);
    }

    static Stream<Named<Trainer<Regressor>>> regressors() {
        var random = new CARTRegressionTrainer(8, 2, 0, 0.7f, true, new MeanSquaredError(), 11);
        return Stream.of(
                Named.of("CART", new CARTRegressionTrainer(8)),
                Named.of("CART without a limit", new CARTRegressionTrainer()),
                Named.of("stump", new CARTRegressionTrainer(1)),
                Named.of("joint CART", new CARTJointRegressionTrainer(6, false)),
                Named.of("random forest", regressionForest()),
                Named.of("extra trees", new ExtraTreesTrainer<>(random, new AveragingCombiner(), 10, 3)),
                Named.of("bagging", new BaggingTrainer<>(new CARTRegressionTrainer(5), new AveragingCombiner(), 10, 3)),
                Named.of("XGBoost", xgboost()),
                Named.of("XGBoost DART", xgboost(RegressionType.LINEAR, BoosterType.DART)),
                Named.of("XGBoost Huber", xgboost(RegressionType.PSEUDOHUBER, BoosterType.GBTREE)),
                Named.of("linear SGD", new LinearSGDTrainer(new SquaredLoss(), new AdaGrad(0.1), 3, 5)));
    }

    static Stream<Named<Trainer<Label>>> classifiers() {
        var tree = subsampledClassifier();
        var distributions = new FullyWeightedVotingCombiner();
        return Stream.of(
                Named.of("CART", new CARTClassificationTrainer(8)),
                Named.of("random forest, votes", new RandomForestTrainer<>(tree, new VotingCombiner(), 12, 3)),
                Named.of("random forest, distributions", new RandomForestTrainer<>(tree, distributions, 12, 3)),
                Named.of("AdaBoost", new AdaBoostTrainer(new CARTClassificationTrainer(2), 15, 3)),
                Named.of("XGBoost", xgboostClassifier()),
                Named.of("bagged XGBoost", new BaggingTrainer<>(xgboostClassifier(), distributions, 3, 3)),
                Named.of("logistic regression", new LogisticRegressionTrainer()),
                Named.of(
                        "factorization machine",
                        new FMClassificationTrainer(new LogMulticlass(), new AdaGrad(0.1), 2, 5, 3, 0.1)),
                Named.of("LibLinear", new LibLinearClassificationTrainer()));
    }
}
