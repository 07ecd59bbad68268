package io.mlops4j.examples.service;

import io.mlops4j.Workspace;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.serving.Batching;
import io.mlops4j.serving.Caching;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.Overload;
import io.mlops4j.serving.Prediction;
import io.mlops4j.serving.Priority;
import io.mlops4j.serving.Request;
import io.mlops4j.serving.RowBinding;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.Rollouts;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A service with many callers, in which a candidate is tried on a share of them, as the README shows it. */
public final class Service {
    /**
     * A row, as the application has it.
     *
     * @param temperature in degrees Celsius
     * @param wind in metres a second
     */
    public record Weather(float temperature, float wind) {}

    private Service() {}

    /**
     * Answers a request while a candidate is on trial.
     *
     * @param home has the model {@code rides} with an alias {@code champion}
     * @param candidate a version of it that is to be tried
     * @param watch sees the trial before it is called off
     * @return the answer
     */
    public static Prediction run(Workspace home, ModelVersion candidate, Consumer<RolloutRun> watch) {
        // README: begin
        var rides = ModelName.of("rides");
        try (var server = ModelServer.of(home.registry())
                .serve(rides.alias("champion"))
                .followingAliases(Duration.ofSeconds(10)) // whoever moves the alias, wherever
                .batching(Batching.whenBusy()) // an idle model answers at once; rows that wait run together
                .overload(Overload.standard().queueRows(512).weight("web", 3))
                .caching(Caching.upTo(64 << 20))
                .rollouts(Rollouts.of(home.registry(), home.store()))
                .start()) {
            var weather = RowBinding.of(Weather.class, server.signature(rides)); // checked here, not in a request
            CompletionStage<Prediction> answer = server.submit(
                    rides,
                    Request.of(weather.row(new Weather(21.5f, 3.2f)))
                            .within(Duration.ofSeconds(2)) // refused at once if that cannot be kept
                            .tenant("web")
                            .priority(Priority.HIGH)
                            .key("user-17")); // the same version for the same user, on every replica

            RolloutRun trial = server.rollout(
                    rides,
                    candidate.id(),
                    Rollout.canary().steps(0.05, 0.25, 0.5).holding(Duration.ofHours(1)));
            watch.accept(trial); // promotes, holds or rolls back by itself, and writes down why
            return answer.toCompletableFuture().join();
        }
        // README: end
    }
}
