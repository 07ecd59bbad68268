package io.mlops4j.tribuo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.testkit.ManualClock;
import io.mlops4j.tracking.Run;
import io.mlops4j.tracking.RunOptions;
import io.mlops4j.tracking.RunRecord;
import io.mlops4j.tracking.RunStatus;
import io.mlops4j.tracking.StoreTracker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.rtree.CARTRegressionTrainer;

class TrackedTrainingTest {
    private final StoreTracker tracker =
            StoreTracker.open(new MemoryObjectStore(), ManualClock.at(Instant.parse("2026-01-02T03:04:05Z")));

    @Test
    void train_regressor_isTrackedByItself() throws Exception {
        var training = Samples.regression(1, 200, "rides");
        var validation = Samples.regression(2, 100, "rides");
        Trained<Regressor> trained = TrackedTraining.of(Trainers.regressionForest())
                .validatedOn("rides-2005", validation)
                .train(tracker, "rides-daily", RunOptions.defaults().withTag("why", "test"), "rides-2001", training);

        RunRecord run = tracker.run(trained.runId());
        assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.parameters())
                .containsEntry("trainer", "org.tribuo.common.tree.RandomForestTrainer")
                .containsEntry("numMembers", "12")
                .containsEntry("innerTrainer.maxDepth", "8")
                .containsEntry("combiner.class", "org.tribuo.regression.ensemble.AveragingCombiner");
        assertThat(run.inputs())
                .containsExactlyInAnyOrder(
                        new DatasetRef("rides-2001", DatasetDigest.of(training), 200),
                        new DatasetRef("rides-2005", DatasetDigest.of(validation), 100));
        assertThat(run.metrics())
                .containsOnlyKeys(
                        "train.mae",
                        "train.r2",
                        "train.rmse",
                        "train.seconds",
                        "validation.mae",
                        "validation.r2",
                        "validation.rmse");
        run.metrics().forEach((name, point) -> assertThat(trained.metrics()).containsEntry(name, point.value()));
        assertThat(trained.metrics().get("train.rmse"))
                .isLessThan(trained.metrics().get("validation.rmse"));
        assertThat(run.tags()).containsEntry("why", "test").containsEntry("tribuo.invocation", "0");
        try (var in = tracker.open(run.id(), TrackedTraining.PROVENANCE)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("RandomForestTrainer");
        }
    }

    @Test
    void train_inAnOpenRun_leavesItOpen() {
        try (Run run = tracker.start("labels")) {
            Trained<Label> trained = TrackedTraining.of(new CARTClassificationTrainer(4))
                    .train(run, "labelled", Samples.classification(3, 100, 3));
            assertThat(run.record().status()).isEqualTo(RunStatus.RUNNING);
            assertThat(trained.metrics()).containsKeys("train.accuracy", "train.macro_f1", "train.balanced_error_rate");
            run.finish();
        }
    }

    @Test
    void train_repeatedAfterAKill_goesOnWithTheRun() {
        var options = RunOptions.defaults().withId("retrain-17");
        var data = Samples.regression(4, 100, "y");
        try (Run killed = tracker.start("rides", options)) {
            TrackedTraining.of(Trainers.regressionForest()).train(killed, "rides", data);
        }
        assertThat(tracker.run("retrain-17").status()).isEqualTo(RunStatus.KILLED);
        TrackedTraining.of(Trainers.regressionForest()).train(tracker, "rides", options, "rides", data);
        assertThat(tracker.run("retrain-17").status()).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void train_trainerThatFails_failsTheRun() {
        var empty = Samples.dataset(List.<Example<Regressor>>of(), new RegressionFactory());
        var options = RunOptions.defaults().withId("empty");
        assertThatThrownBy(() -> TrackedTraining.of(new CARTRegressionTrainer(4))
                        .train(tracker, "rides", options, "none", empty))
                .isInstanceOf(RuntimeException.class);
        assertThat(tracker.run("empty").status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void metrics_ofRegression_areThoseOfTheDefinition() {
        var model = new CARTRegressionTrainer(2).train(Samples.regression(5, 100, "y"));
        var data = Samples.regression(6, 50, "y");
        double squares = 0;
        double absolute = 0;
        for (Example<Regressor> example : data) {
            double error = example.getOutput().getValues()[0]
                    - model.predict(example).getOutput().getValues()[0];
            squares += error * error;
            absolute += Math.abs(error);
        }
        var metrics = Evaluations.metrics(model, data);
        assertThat(metrics.get("rmse")).isCloseTo(Math.sqrt(squares / 50), within(1e-9));
        assertThat(metrics.get("mae")).isCloseTo(absolute / 50, within(1e-9));
    }

    @Test
    void metrics_ofManyDimensions_areGivenForEach() {
        var data = Samples.regression(7, 100, "north bound", "south");
        var metrics = Evaluations.metrics(new CARTRegressionTrainer(3).train(data), data);
        assertThat(metrics).containsKeys("rmse", "rmse.north_bound", "rmse.south");
        assertThat(metrics.get("rmse"))
                .isCloseTo((value(metrics, "rmse.north_bound") + value(metrics, "rmse.south")) / 2, within(1e-9));
    }

    private static double value(Map<String, Double> metrics, String name) {
        return requireNonNull(metrics.get(name), name);
    }

    @Test
    void metrics_withoutExamples_isRejected() {
        var model = new CARTRegressionTrainer(3).train(Samples.regression(8, 50, "y"));
        var empty = Samples.dataset(List.<Example<Regressor>>of(), new RegressionFactory());
        assertThatThrownBy(() -> Evaluations.metrics(model, empty)).isInstanceOf(RejectedInputException.class);
    }

    @Test
    void digest_sameContent_isEqualAndPinned() {
        List<Example<Regressor>> examples = new ArrayList<>();
        examples.add(Samples.example(new Regressor("y", 1.5), 1, 2));
        examples.add(Samples.example(new Regressor("y", -0.25), 3, 4));
        var first = Samples.dataset(examples, new RegressionFactory());
        var second = Samples.dataset(examples, new RegressionFactory());
        assertThat(DatasetDigest.of(first))
                .isEqualTo(DatasetDigest.of(second))
                .hasToString("sha256:15c125d36de7ce80671a83ae358bb26742d08ebcf8e7df0e8748bfd8ef4b9339");
        List<Example<Label>> labelled =
                List.of(Samples.example(new Label("a"), 0.5), Samples.example(new Label("b"), 1));
        assertThat(DatasetDigest.of(Samples.dataset(labelled, new LabelFactory())))
                .hasToString("sha256:4fab3c947cd540398de9ead563737b05013788d208d74f144e277fbb91899331");
    }

    @Test
    void digest_anyChange_givesAnother() {
        List<Example<Regressor>> base = Samples.regression(9, 10, "y").getData();
        var digests = new java.util.HashSet<>();
        digests.add(digest(base));
        List<Example<Regressor>> reversed = new ArrayList<>(base);
        Collections.reverse(reversed);
        digests.add(digest(reversed));
        digests.add(digest(base.subList(0, 9)));
        digests.add(digest(changed(
                base, new Regressor("y", Math.nextUp(base.get(0).getOutput().getValues()[0])), 1, 0)));
        digests.add(digest(changed(base, base.get(0).getOutput(), 2, 0)));
        digests.add(digest(changed(base, base.get(0).getOutput(), 1, 1)));
        assertThat(digests).hasSize(6);
    }

    private static Object digest(List<Example<Regressor>> examples) {
        return DatasetDigest.of(Samples.dataset(examples, new RegressionFactory()));
    }

    private static List<Example<Regressor>> changed(
            List<Example<Regressor>> base, Regressor output, float weight, int absent) {
        var first = new ArrayExample<>(output, weight);
        int skipped = 0;
        for (Feature feature : base.get(0)) {
            if (skipped++ >= absent) {
                first.add(feature);
            }
        }
        List<Example<Regressor>> out = new ArrayList<>(base);
        out.set(0, first);
        return out;
    }

    @Test
    void parameters_ofXgboost_holdItsSettings() {
        assertThat(TrainerParameters.of(Trainers.xgboost()))
                .containsEntry("numTrees", "12")
                .containsEntry("eta", "0.3")
                .containsEntry("seed", "7")
                .containsEntry("rType", "LINEAR");
    }
}
