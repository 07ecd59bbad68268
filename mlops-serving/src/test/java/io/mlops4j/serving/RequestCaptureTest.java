package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.CorruptionException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.inference.Inference;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is captured can be replayed, and a capture stays within its bounds. */
@Timeout(60)
final class RequestCaptureTest {
    private static final ModelName NAME = ModelName.of("taken");

    @TempDir
    private Path folder;

    @Test
    void read_givesWhatWasCaptured_ofEveryType() {
        Map<String, Value> inputs = Map.of(
                "x", Tensor.ofFloats(new float[] {1.5f, Float.NaN}, 1, 2),
                "u", Tensor.ofIntegers(ElementType.UINT16, new long[] {65535, 1}, 2),
                "d", Tensor.ofDoubles(new double[] {-0.0}),
                "b", Tensor.ofBooleans(new boolean[] {true, false}, 2, 1),
                "empty", Tensor.ofLongs(new long[0], 0, 3),
                "../../s\n", Tensor.ofStrings(List.of("ä\u2028\n\"", ""), 2));
        Path file = folder.resolve("requests.jsonl");
        try (var capture = RequestCapture.open(file, NAME, 1, 1 << 20)) {
            capture.onInference(inference("1", NAME, inputs));
            capture.onInference(inference("2", ModelName.of("other"), inputs));
            assertThat(capture.captured()).isEqualTo(1);
        }
        assertThat(RequestCapture.read(file, 10)).containsExactly(inputs);
    }

    @Test
    void warmUp_byCapturedRequests_rejectsAModelThatCannotAnswerThem() {
        Path file = folder.resolve("requests.jsonl");
        try (var capture = RequestCapture.open(file, NAME, 1, 1 << 20);
                ModelServer server = server(OnnxModels.linear(3, 1, 42), WarmUp.none())
                        .observedBy(capture)
                        .start()) {
            server.score(NAME, new float[] {1, 2, 3});
            server.predict(NAME, Map.of("x", Tensor.ofRows(new float[] {4, 5, 6}, new float[] {7, 8, 9})));
            assertThat(capture.captured()).isEqualTo(2);
        }
        WarmUp recorded = WarmUp.by(RequestCapture.read(file, 10));
        assertThat(recorded.requests()).hasSize(2);
        server(OnnxModels.linear(3, 1, 43), recorded).start().close();
        assertThatThrownBy(() -> server(OnnxModels.linear(4, 1, 42), recorded).start())
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("warm-up request");
    }

    @Test
    void capture_thatIsFull_ends() throws IOException {
        Path file = folder.resolve("requests.jsonl");
        try (var capture = RequestCapture.open(file, NAME, 1, 1000)) {
            for (int i = 0; i < 100; i++) {
                capture.onInference(inference("i" + i, NAME, SimulatedModel.request(i)));
            }
            assertThat(capture.captured()).isBetween(3, 15);
            assertThat(RequestCapture.read(file, 100)).hasSize(capture.captured());
        }
        assertThat(Files.size(file)).isBetween(800L, 1000L);
    }

    @Test
    void capture_ofAShare_takesAboutThatMany() {
        try (var capture = RequestCapture.open(folder.resolve("requests.jsonl"), NAME, 0.1, 1 << 20)) {
            for (int i = 0; i < 2000; i++) {
                capture.onInference(inference("i" + i, NAME, SimulatedModel.request(i)));
            }
            assertThat(capture.captured()).isBetween(140, 260); // three standard deviations are 40
        }
    }

    @Test
    void read_tornEnd_isPassedOver() throws IOException {
        Path file = captured();
        Files.writeString(file, "{\"version\":\"taken:1\",\"inp", StandardOpenOption.APPEND);
        assertThat(RequestCapture.read(file, 10)).containsExactly(SimulatedModel.request(1));
    }

    @Test
    void read_hostileLines_areCorruption() throws IOException {
        for (String line : List.of(
                "null",
                "[]",
                "{}",
                "{\"version\":\"taken:1\"}",
                input("{\"type\":\"FLOAT32\",\"shape\":[1],\"data\":\"AAA\"}"),
                input("{\"type\":\"FLOAT32\",\"shape\":[1],\"data\":\"****\"}"),
                input("{\"type\":\"FLOAT32\",\"shape\":[2],\"data\":\"AAAAAA==\"}"),
                input("{\"type\":\"FLOAT32\",\"shape\":[-1],\"data\":\"AAAAAA==\"}"),
                input("{\"type\":\"FLOAT32\",\"shape\":[4294967296,4294967296],\"data\":\"\"}"),
                input("{\"type\":\"FLOAT32\",\"shape\":[1]}"),
                input("{\"type\":\"STRING\",\"shape\":[1],\"data\":\"AAAAAA==\"}"),
                input("{\"type\":\"STRING\",\"shape\":[1],\"text\":[null]}"),
                input("{\"type\":\"NONE\",\"shape\":[1],\"data\":\"AAAAAA==\"}"),
                input("{\"shape\":[1],\"data\":\"AAAAAA==\"}"),
                input("null"))) {
            Path file = Files.writeString(folder.resolve("hostile.jsonl"), line + "\n", StandardCharsets.UTF_8);
            assertThatThrownBy(() -> RequestCapture.read(file, 10))
                    .as(line)
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("request 1");
        }
    }

    @Test
    void open_existingFile_isRefused() {
        Path file = captured();
        assertThatThrownBy(() -> RequestCapture.open(file, NAME, 1, 10)).isInstanceOf(AlreadyExistsException.class);
        Path other = folder.resolve("other");
        assertThatThrownBy(() -> RequestCapture.open(other, NAME, 0, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RequestCapture.open(other, NAME, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RequestCapture.read(file, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private Path captured() {
        Path file = folder.resolve("requests.jsonl");
        try (var capture = RequestCapture.open(file, NAME, 1, 1 << 20)) {
            capture.onInference(inference("1", NAME, SimulatedModel.request(1)));
        }
        return file;
    }

    private static String input(String tensor) {
        return "{\"version\":\"taken:1\",\"inputs\":{\"x\":" + tensor + "}}";
    }

    private static Inference inference(String id, ModelName model, Map<String, Value> inputs) {
        return new Inference(id, model.version(1), Instant.EPOCH, Duration.ZERO, inputs, Map.of());
    }

    private static ModelServerBuilder server(byte[] model, WarmUp warmUp) {
        return ModelServer.builder().warmUp(warmUp).serve(NAME, OnnxModels.verified("taken:1", model));
    }
}
