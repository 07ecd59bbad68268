package io.mlops4j.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.Workspace;
import io.mlops4j.examples.Readme;
import io.mlops4j.examples.SmallModel;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Provenance;
import io.mlops4j.serving.Prediction;
import io.mlops4j.serving.rollout.RolloutState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceTest {
    private static final float[][] ROWS = {{20, 3}, {21.5f, 3.2f}, {10, 1}, {5, 4}, {30, 2}, {0, 0}, {12, 6}, {8, 8}};

    @TempDir
    Path folder;

    @Test
    void readme_showsTheCodeThatIsTested() throws IOException {
        assertThat(Readme.text()).contains(Readme.block(Service.class));
    }

    @Test
    void run_answersByTheChampionWhileTheCandidateIsTried() throws IOException {
        Path onnx = Files.write(folder.resolve("rides.onnx"), SmallModel.train(ROWS));
        try (var home = Workspace.open(folder.resolve("home"))) {
            var rides = ModelName.of("rides");
            var first = home.registry().register(rides, onnx, Provenance.of("9f31c2e"));
            home.registry().move(rides.alias("champion")).to(first).because("first model", "ana");
            var candidate = home.registry().register(rides, onnx, Provenance.of("a03b7d1"));
            var state = new AtomicReference<RolloutState>();
            var share = new AtomicReference<Double>();

            Prediction answer = Service.run(home, candidate, trial -> {
                state.set(trial.tick());
                share.set(trial.share());
            });

            assertThat(answer.version()).isEqualTo(first.id());
            float score =
                    answer.tensor(answer.outputs().keySet().iterator().next()).floats()[0];
            assertThat(score).isEqualTo((17 + 18.3f + 28) / 3, within(1e-3f)); // the leaf of the three warmest
            assertThat(state).hasValue(RolloutState.RUNNING);
            assertThat(share).hasValue(0.05);
            assertThat(home.registry().resolve(rides.alias("champion")).id()).isEqualTo(first.id());
        }
    }
}
