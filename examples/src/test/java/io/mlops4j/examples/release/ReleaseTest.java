package io.mlops4j.examples.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.Workspace;
import io.mlops4j.examples.Readme;
import io.mlops4j.examples.SmallModel;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Provenance;
import io.mlops4j.registry.PromotionRefusedException;
import io.mlops4j.signing.Curve;
import io.mlops4j.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseTest {
    private static final float[][] ROWS = {{20, 3}, {21.5f, 3.2f}, {10, 1}, {5, 4}, {30, 2}, {0, 0}, {12, 6}, {8, 8}};

    @TempDir
    Path folder;

    @Test
    void readme_showsTheCodeThatIsTested() throws IOException {
        assertThat(Readme.text()).contains(Readme.block(Release.class));
    }

    @Test
    void run_everythingInPlace_isServed() throws IOException {
        Path onnx = Files.write(folder.resolve("rides.onnx"), SmallModel.train(ROWS));

        float answer = Release.run(folder, onnx, SigningKey.generate(Curve.P256));

        assertThat(answer).isEqualTo((17 + 18.3f + 28) / 3, within(1e-3f)); // the leaf of the three warmest
        assertThat(folder.resolve("card.html")).content().contains("rides", "rmse", "2.1", "bias", "bob");
        assertThat(folder.resolve("rides.tar")).isNotEmptyFile();
    }

    @Test
    void move_afterTheRelease_ofAModelThatNobodyJudged_isRefusedWithEveryReason() throws IOException {
        Path onnx = Files.write(folder.resolve("rides.onnx"), SmallModel.train(ROWS));
        float served = Release.run(folder, onnx, SigningKey.generate(Curve.P256));

        try (var home = Workspace.open(folder.resolve("home"))) {
            var rides = ModelName.of("rides");
            var sneaky = home.registry().register(rides, onnx, Provenance.of("9f31c2e"));
            assertThatThrownBy(() -> home.registry()
                            .move(rides.alias("champion"))
                            .to(sneaky)
                            .because("trust me", "eve"))
                    .isInstanceOf(PromotionRefusedException.class)
                    .hasMessageContainingAll("rmse", "bias", "risk", "sign");
        }
        assertThat(served).isFinite();
    }
}
