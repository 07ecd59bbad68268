package io.mlops4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.Workspace;
import io.mlops4j.examples.Readme;
import io.mlops4j.examples.SmallModel;
import io.mlops4j.gate.Candidate;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Registration;
import io.mlops4j.store.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    @TempDir
    Path folder;

    @Test
    void readme_showsTheCodeThatIsTested() throws IOException {
        assertThat(Readme.text()).contains(Readme.block(Quickstart.class));
    }

    @Test
    void run_worldHasMoved_servesARetrainedModel() throws IOException {
        Path onnx = folder.resolve("rides.onnx");
        float[][] before = rows(0);
        Files.write(onnx, SmallModel.train(before));

        ModelVersion served = Quickstart.run(
                folder.resolve("home"),
                onnx,
                before,
                context -> {
                    try (var home = Workspace.open(folder.resolve("home"))) {
                        ModelVersion candidate = home.registry()
                                .register(Registration.of(context.model())
                                        .file("model.onnx", Content.of(SmallModel.train(rows(3))))
                                        .idempotencyKey(context.idempotencyKey()));
                        return Candidate.of(candidate.id(), Map.of("rmse", 0.5));
                    }
                },
                "9f31c2e",
                List.of(rows(3)));

        assertThat(served.id()).isEqualTo(ModelName.of("rides").version(2));
    }

    @Test
    void run_worldIsAsInTraining_keepsTheFirstModel() throws IOException {
        Path onnx = folder.resolve("rides.onnx");
        float[][] before = rows(0);
        Files.write(onnx, SmallModel.train(before));

        ModelVersion served = Quickstart.run(
                folder.resolve("home"),
                onnx,
                before,
                context -> {
                    throw new AssertionError("nothing has moved");
                },
                "9f31c2e",
                List.of(before));

        assertThat(served.id()).isEqualTo(ModelName.of("rides").version(1));
    }

    private static float[][] rows(double shift) {
        var random = new Random(7);
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            rows.add(new float[] {(float) (random.nextGaussian() + shift), (float) random.nextGaussian()});
        }
        return rows.toArray(float[][]::new);
    }
}
