package io.mlops4j.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import io.mlops4j.RejectedModelException;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.ensemble.FullyWeightedVotingCombiner;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.common.tree.Node;
import org.tribuo.common.tree.SplitNode;
import org.tribuo.common.xgboost.XGBoostTrainer.BoosterType;
import org.tribuo.ensemble.EnsembleCombiner;
import org.tribuo.ensemble.WeightedEnsembleModel;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.ensemble.AveragingCombiner;
import org.tribuo.regression.rtree.CARTRegressionTrainer;
import org.tribuo.regression.rtree.IndependentRegressionTreeModel;
import org.tribuo.regression.sgd.linear.LinearSGDTrainer;
import org.tribuo.regression.sgd.objectives.SquaredLoss;
import org.tribuo.regression.xgboost.XGBoostRegressionTrainer.RegressionType;

class OnnxExportTest {
    private static final double TOLERANCE = 1e-5;
    private static final OnnxRuntime ORT = OnnxRuntime.withDefaults();

    private static <T extends Output<T>> OnnxParity parity(Model<T> model, Iterable<? extends Example<T>> examples) {
        return OnnxParity.check(model, OnnxExport.of(model), ORT, examples, TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("io.mlops4j.tribuo.Trainers#regressors")
    void of_regressorOfOneDimension_predictsAsTribuo(Trainer<Regressor> trainer) {
        Model<Regressor> model = trainer.train(Samples.regression(1, 300, "rides"));
        OnnxParity parity = parity(model, Samples.regression(2, 1500, "rides").getData());
        assertThat(parity.rows()).isEqualTo(1500);
        assertThat(parity.worst()).isLessThanOrEqualTo(TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("io.mlops4j.tribuo.Trainers#regressors")
    void of_regressorOfManyDimensions_predictsAsTribuo(Trainer<Regressor> trainer) {
        String[] unsorted = {"b", "c", "a"};
        Model<Regressor> model = trainer.train(Samples.regression(3, 300, unsorted));
        assertThat(OnnxExport.of(model).outputs()).containsExactly("a", "b", "c");
        parity(model, Samples.regression(4, 300, unsorted).getData());
    }

    @ParameterizedTest
    @MethodSource("io.mlops4j.tribuo.Trainers#classifiers")
    void of_classifierOfTwoLabels_predictsAsTribuo(Trainer<Label> trainer) {
        parity(
                trainer.train(Samples.classification(5, 300, 2)),
                Samples.classification(6, 300, 2).getData());
    }

    @ParameterizedTest
    @MethodSource("io.mlops4j.tribuo.Trainers#classifiers")
    void of_classifierOfThreeLabels_predictsAsTribuo(Trainer<Label> trainer) {
        parity(
                trainer.train(Samples.classification(7, 300, 3)),
                Samples.classification(8, 300, 3).getData());
    }

    @ParameterizedTest
    @EnumSource(names = {"GAMMA", "TWEEDIE"})
    void of_xgboostWithLogLink_predictsAsTribuo(RegressionType type) {
        List<Example<Regressor>> positive = new ArrayList<>();
        for (Example<Regressor> example : Samples.regression(9, 300, "y")) {
            double value = Math.abs(example.getOutput().getValues()[0]) / 10 + 0.1;
            positive.add(new ArrayExample<>(new Regressor("y", value), example, 1));
        }
        parity(
                Trainers.xgboost(type, BoosterType.GBTREE).train(Samples.dataset(positive, new RegressionFactory())),
                positive);
    }

    @Test
    void of_xgboostWithABaseScore_startsFromIt() {
        Map<String, Object> parameters = Map.of(
                "objective",
                "reg:squarederror",
                "base_score",
                40.25,
                "eta",
                0.1,
                "max_depth",
                3,
                "nthread",
                1,
                "seed",
                1);
        var trainer = new org.tribuo.regression.xgboost.XGBoostRegressionTrainer(RegressionType.LINEAR, 3, parameters);
        parity(
                trainer.train(Samples.regression(10, 200, "y")),
                Samples.regression(11, 200, "y").getData());
    }

    @Test
    void of_randomSmallData_predictsAsTribuo() {
        for (long seed = 100; seed < 115; seed++) {
            var random = new Random(seed);
            int rows = 2 + random.nextInt(40);
            Dataset<Regressor> regression = Samples.regression(seed, rows, "y");
            Dataset<Label> labels = Samples.classification(seed, rows + 3, 2 + random.nextInt(3));
            try {
                parity(new CARTRegressionTrainer(1 + random.nextInt(12)).train(regression), regression.getData());
                parity(Trainers.regressionForest().train(regression), regression.getData());
                parity(Trainers.xgboost().train(regression), regression.getData());
                parity(new CARTClassificationTrainer(1 + random.nextInt(12)).train(labels), labels.getData());
                parity(Trainers.xgboostClassifier().train(labels), labels.getData());
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void of_treeThatIsOneLeaf_predictsTheConstant() {
        List<Example<Regressor>> constant = new ArrayList<>();
        List<Example<Regressor>> zero = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            constant.add(Samples.example(new Regressor("y", 4.5), i, 1));
            zero.add(Samples.example(new Regressor("y", 0), i, 1));
        }
        for (List<Example<Regressor>> examples : List.of(constant, zero)) {
            parity(new CARTRegressionTrainer(4).train(Samples.dataset(examples, new RegressionFactory())), examples);
        }
    }

    @Test
    void of_valuesAroundEachThreshold_takeTheBranchThatTribuoTakes() {
        var model =
                (IndependentRegressionTreeModel) new CARTRegressionTrainer().train(Samples.regression(12, 400, "y"));
        Node<Regressor> root = Objects.requireNonNull(model.getRoots().get("y"));
        List<Example<Regressor>> edges = new ArrayList<>();
        edgesOf(root, new float[Samples.FEATURES], edges);
        assertThat(edges.size()).isGreaterThan(300);
        parity(model, edges);
    }

    /** For each split, rows that reach it and hold one of the three floats around its threshold. */
    private static void edgesOf(Node<Regressor> node, float[] reaching, List<Example<Regressor>> edges) {
        if (!(node instanceof SplitNode<Regressor> split)) {
            return;
        }
        int feature = split.getFeatureID();
        float near = (float) split.splitValue();
        for (float value : new float[] {Math.nextDown(near), near, Math.nextUp(near)}) {
            edges.add(Samples.example(new Regressor("y", 0), with(reaching, feature, value)));
        }
        float below = Math.min(reaching[feature], Math.nextDown(near));
        float above = Math.max(reaching[feature], Math.nextUp(near));
        edgesOf(split.getLessThanOrEqual(), with(reaching, feature, below), edges);
        edgesOf(split.getGreaterThan(), with(reaching, feature, above), edges);
    }

    private static float[] with(float[] row, int feature, float value) {
        float[] out = row.clone();
        out[feature] = value;
        return out;
    }

    @Test
    void floor_isTheLargestFloatNotAbove() {
        var random = new Random(13);
        for (int i = 0; i < 10_000; i++) {
            double threshold = random.nextGaussian() * Math.pow(10, random.nextInt(80) - 40);
            float floor = TribuoTrees.floor(threshold);
            assertThat((double) floor).isLessThanOrEqualTo(threshold);
            assertThat((double) Math.nextUp(floor)).isGreaterThan(threshold);
        }
        assertThat(TribuoTrees.floor(1e300)).isEqualTo(Float.MAX_VALUE);
        assertThat(TribuoTrees.floor(-1e300)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(TribuoTrees.floor(Double.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(TribuoTrees.floor(0.5)).isEqualTo(0.5f);
    }

    @Test
    void of_absentFeatures_areReadAsTribuoReadsThem() {
        List<Example<Regressor>> sparse = sparse(Samples.regression(14, 400, "y"));
        var data = Samples.dataset(sparse, new RegressionFactory());
        for (Trainer<Regressor> trainer : List.of(
                new CARTRegressionTrainer(8),
                Trainers.regressionForest(),
                Trainers.xgboost(),
                new LinearSGDTrainer(new SquaredLoss(), new AdaGrad(0.1), 3, 5))) {
            parity(trainer.train(data), sparse);
        }
    }

    private static List<Example<Regressor>> sparse(Iterable<Example<Regressor>> dense) {
        var random = new Random(15);
        List<Example<Regressor>> sparse = new ArrayList<>();
        for (Example<Regressor> example : dense) {
            var thinned = new ArrayExample<>(example.getOutput());
            example.forEach(feature -> {
                if (feature.getName().equals("f0") || random.nextBoolean()) {
                    thinned.add(feature);
                }
            });
            sparse.add(thinned);
        }
        return sparse;
    }

    @Test
    void row_absentFeature_isNanForTreesAndZeroForOthers() {
        var data = Samples.regression(16, 100, "y");
        var thin = new ArrayExample<>(new Regressor("y", 0), new String[] {"f1", "unknown"}, new double[] {2, 3});
        assertThat(OnnxExport.of(new CARTRegressionTrainer(3).train(data)).row(thin))
                .containsExactly(Float.NaN, 2, Float.NaN, Float.NaN, Float.NaN);
        assertThat(OnnxExport.of(new LinearSGDTrainer(new SquaredLoss(), new AdaGrad(0.1), 3, 5).train(data))
                        .row(thin))
                .containsExactly(0, 2, 0, 0, 0);
    }

    @Test
    void of_weightedEnsembleOfUnlikeClassifiers_predictsAsTribuo() {
        Dataset<Label> data = Samples.classification(17, 300, 3);
        List<Model<Label>> members = List.of(
                Trainers.xgboostClassifier().train(data),
                new CARTClassificationTrainer(5).train(data),
                new LogisticRegressionTrainer().train(data));
        for (EnsembleCombiner<Label> combiner : List.of(new VotingCombiner(), new FullyWeightedVotingCombiner())) {
            parity(
                    WeightedEnsembleModel.createEnsembleFromExistingModels(
                            "unlike", members, combiner, new float[] {3, 1.5f, 0.25f}),
                    Samples.classification(18, 300, 3).getData());
        }
    }

    @Test
    void of_ensembleOfForests_isOneNodeAndPredictsAsTribuo() {
        Dataset<Regressor> data = Samples.regression(19, 300, "a", "b");
        List<Model<Regressor>> members =
                List.of(Trainers.regressionForest().train(data), new CARTRegressionTrainer(4).train(data));
        var ensemble = WeightedEnsembleModel.createEnsembleFromExistingModels(
                "nested", members, new AveragingCombiner(), new float[] {0.75f, 2});
        parity(ensemble, Samples.regression(20, 300, "a", "b").getData());
        OnnxMl.GraphProto graph = GraphWriter.graphOf(ensemble);
        assertThat(graph.getNodeList())
                .extracting(OnnxMl.NodeProto::getOpType)
                .containsExactly("TreeEnsembleRegressor", "Identity");
    }

    @Test
    void toBytes_sameTrainingTwice_isEqual() {
        // New trainers, because those of forests keep counting in the trainer of their trees.
        assertThat(regressorsTrained())
                .usingElementComparator(Arrays::compare)
                .containsExactlyElementsOf(regressorsTrained());
        assertThat(classifiersTrained())
                .usingElementComparator(Arrays::compare)
                .containsExactlyElementsOf(classifiersTrained());
    }

    private static List<byte[]> regressorsTrained() {
        Dataset<Regressor> data = Samples.regression(21, 200, "y", "z");
        return Trainers.regressors()
                .map(trainer -> OnnxExport.of(trainer.getPayload().train(data)).toBytes())
                .toList();
    }

    private static List<byte[]> classifiersTrained() {
        Dataset<Label> data = Samples.classification(21, 200, 3);
        return Trainers.classifiers()
                .map(trainer -> OnnxExport.of(trainer.getPayload().train(data)).toBytes())
                .toList();
    }

    @Test
    void toBytes_holdsNamesAsMetadata() throws Exception {
        Model<Label> model = new CARTClassificationTrainer(3).train(Samples.classification(22, 100, 2));
        OnnxExport export = OnnxExport.of(model);
        var proto = OnnxMl.ModelProto.parseFrom(export.toBytes());
        assertThat(proto.getMetadataPropsList())
                .extracting(OnnxMl.StringStringEntryProto::getValue)
                .containsExactly(
                        "[\"f0\",\"f1\",\"f2\",\"f3\",\"f4\"]", "[\"" + String.join("\",\"", export.outputs()) + "\"]");
        assertThat(export.outputs()).containsExactlyInAnyOrder("label-b", "label-c");
        assertThat(export.features()).containsExactly("f0", "f1", "f2", "f3", "f4");
        assertThat(export.signature().inputs()).hasToString("[input: FLOAT32[?, 5]]");
        assertThat(export.signature().outputs()).hasToString("[output: FLOAT32[?, 2]]");
    }

    @Test
    void of_linearBooster_isRejectedByName() {
        var model = Trainers.xgboost(RegressionType.LINEAR, BoosterType.LINEAR).train(Samples.regression(23, 50, "y"));
        assertThatThrownBy(() -> OnnxExport.of(model))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("gblinear");
    }

    @Test
    void of_modelWithoutExport_isRejectedByType() {
        var model = org.tribuo.regression.baseline.DummyRegressionTrainer.createMeanTrainer()
                .train(Samples.regression(24, 50, "y"));
        assertThatThrownBy(() -> OnnxExport.of(model))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("DummyRegressionModel");
    }

    @Test
    void check_runtimeThatIsWrongOnOneRow_namesIt() {
        Model<Regressor> model = new CARTRegressionTrainer(6).train(Samples.regression(25, 200, "y"));
        List<Example<Regressor>> examples = Samples.regression(26, 50, "y").getData();
        var wrong = new WrongRuntime(37);
        assertThatThrownBy(() -> OnnxParity.check(model, OnnxExport.of(model), wrong, examples, TOLERANCE))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("example 37, output y");
    }

    @Test
    void check_withoutExamples_isABadArgument() {
        Model<Regressor> model = new CARTRegressionTrainer(6).train(Samples.regression(25, 200, "y"));
        assertThatThrownBy(() -> parity(model, List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
