package io.mlops4j.examples.quickstart;

import io.mlops4j.Workspace;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.drift.ReferenceProfile;
import io.mlops4j.drift.Window;
import io.mlops4j.gate.MetricThreshold;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.pipeline.AliasPromotion;
import io.mlops4j.pipeline.Step;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.training.Retrain;
import io.mlops4j.training.TrainingBudget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Registers, serves, monitors and retrains a model: the whole ring in one method, as the README shows it. */
public final class Quickstart {
    private Quickstart() {}

    /**
     * Goes round the ring once.
     *
     * @param folder holds everything that is durable
     * @param onnx a model of two features, [rows, 2] to [rows, 1]
     * @param trainingRows what it was trained on
     * @param retrain trains and registers a candidate
     * @param commit of the code that trains
     * @param rows what is asked of the model
     * @return the version that serves in the end
     */
    public static ModelVersion run(
            Path folder, Path onnx, float[][] trainingRows, Step retrain, String commit, List<float[]> rows) {
        // README: begin
        var rides = ModelName.of("rides");
        var champion = rides.alias("champion");
        try (var home = Workspace.open(folder)) { // one directory: runs, models, journals
            ModelVersion first = home.registry().register(rides, onnx, Provenance.of(commit));
            home.registry().move(champion).to(first).because("first model", "ana");

            var profile = ReferenceProfile.of(List.of("temperature", "wind"), trainingRows);
            var monitor =
                    DriftMonitor.against(profile).window(Window.sliding(500)).watch(rides);
            var pipeline = home.pipeline(rides)
                    .build(retrain) // your code: trains, registers a candidate
                    .staging(MetricThreshold.atMost("rmse", 2.5))
                    .promote(AliasPromotion.of(home.registry(), champion))
                    .open();

            try (var server = ModelServer.of(home.registry())
                            .serve(champion)
                            .observedBy(monitor)
                            .start();
                    var training = home.training(rides, Retrain.through(pipeline, () -> commit))
                            .on(monitor::signal)
                            .within(TrainingBudget.threshold(0.5).cooldown(Duration.ofDays(14)))
                            .open()) {
                rows.forEach(row -> server.score(rides, row)); // predicted, and watched
                training.tick(); // retrains if the world has moved; start(Duration) ticks by itself
                server.refresh(rides); // serves the new champion without a gap
                return home.registry().resolve(champion);
            }
        }
        // README: end
    }
}
