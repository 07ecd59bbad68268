package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.CorruptionException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that is started again captures again, and is warmed by what the last run captured. */
final class CaptureFolderTest {
    private static final ModelName NAME = ModelName.of("rides");
    private static final float[][] ROWS = {{1, 2}, {3, 4}, {5, 6}};

    @TempDir
    private Path temporary;

    private final ManualClock clock = ManualClock.at(Instant.parse("2026-11-22T14:30:05.123Z"));

    private CaptureFolder folder() {
        return new CaptureFolder(temporary.resolve("a/captures"), clock);
    }

    /** One life of a service: warmed by what was captured before; answers one row. Gives what it was warmed by. */
    private List<float[]> live(float[] row) {
        var last = folder().read(NAME, 10);
        try (var capture = folder().open(NAME, 1, 1 << 20);
                ModelServer server = ModelServer.builder()
                        .serve(NAME, OnnxModels.verified("rides:1", OnnxModels.linear(2, 1, 1)))
                        .observedBy(capture)
                        .warmUp(NAME, last.isEmpty() ? WarmUp.none() : WarmUp.by(last))
                        .start()) {
            server.score(NAME, row);
            assertThat(capture.captured()).isEqualTo(1);
        }
        return last.stream()
                .map(request -> ((Tensor) request.values().iterator().next()).floats())
                .toList();
    }

    @Test
    void open_atEachStart_makesAFileOfItsOwn() throws IOException {
        assertThat(live(ROWS[0])).isEmpty();
        clock.advance(Duration.ofDays(1));
        assertThat(live(ROWS[1])).containsExactly(ROWS[0]);
        assertThat(live(ROWS[2])).as("in the same millisecond").containsExactly(ROWS[1]);
        assertThat(folder().read(NAME, 10)).hasSize(1);
        assertThat(names())
                .containsExactly(
                        "rides-20261122T143005123Z-00.jsonl",
                        "rides-20261123T143005123Z-00.jsonl",
                        "rides-20261123T143005123Z-01.jsonl");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder().folder())) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void read_newestWithoutRequests_isPassedOver() {
        live(ROWS[0]);
        clock.advance(Duration.ofMillis(1));
        folder().open(NAME, 1, 1 << 20).close();
        assertThat(folder().read(NAME, 10)).hasSize(1);
    }

    @Test
    void read_otherFilesOfTheFolder_areNone() throws IOException {
        assertThat(folder().read(NAME, 10)).isEmpty();
        folder().open(ModelName.of("rides-20261122T143005123Z-00"), 1, 100).close();
        Files.writeString(folder().folder().resolve("rides.jsonl"), "not a request\n");
        Files.writeString(folder().folder().resolve("rides-2-20261122T143005123Z-00.jsonl"), "not a request\n");
        assertThat(folder().read(NAME, 10)).isEmpty();
        Files.writeString(folder().folder().resolve("rides-20261122T143005123Z-00.jsonl"), "not a request\n");
        assertThatThrownBy(() -> folder().read(NAME, 10)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void open_hundredInOneMillisecond_areRefusedThen() {
        for (int i = 0; i < 100; i++) {
            folder().open(NAME, 1, 1).close();
        }
        assertThatThrownBy(() -> folder().open(NAME, 1, 1)).isInstanceOf(AlreadyExistsException.class);
        clock.advance(Duration.ofMillis(1));
        folder().open(NAME, 1, 1).close();
    }
}
