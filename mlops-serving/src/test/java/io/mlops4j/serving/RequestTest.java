package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests with a time-out, and requests that are not waited for. */
@Timeout(60)
final class RequestTest {
    private static final ModelName NAME = ModelName.of("asked");
    private static final Map<String, Value> ROW = Map.of("x", Tensor.ofFloats(new float[] {1, 2, 3}, 1, 3));

    @Test
    void predict_modelThatNeverEnds_endsAtTheDeadlineAndTheServerGoesOn() {
        try (ModelServer server = serve(OnnxModels.endlessLoop())) {
            Request request = Request.of(
                            Warmer.request(server.signature(NAME), 1).orElseThrow())
                    .within(Duration.ofMillis(50));
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> server.predict(NAME, request))
                        .isInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("asked:1")
                        .hasMessageContaining("PT0.05S");
            }
            assertThat(server.leases(NAME)).isZero();
        }
    }

    @Test
    void submit_modelThatNeverEnds_failsTheStageAtTheDeadline() {
        try (ModelServer server = serve(OnnxModels.endlessLoop())) {
            Request request = Request.of(
                            Warmer.request(server.signature(NAME), 1).orElseThrow())
                    .within(Duration.ofMillis(50));
            assertThatThrownBy(() ->
                            server.submit(NAME, request).toCompletableFuture().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(DeadlineExceededException.class);
            LateRequestTest.awaitNoLease(server, NAME);
        }
    }

    @Test
    void submit_manyRequests_areAnsweredAsIfWaitedFor() throws Exception {
        try (ModelServer server = serve(OnnxModels.linear(3, 1, 42))) {
            Map<String, Value> outputs = server.predict(NAME, ROW).outputs();
            var stages = IntStream.range(0, 100)
                    .mapToObj(i -> server.submit(NAME, Request.of(ROW).within(Duration.ofSeconds(30))))
                    .toList();
            for (var stage : stages) {
                assertThat(stage.toCompletableFuture().get().outputs()).isEqualTo(outputs);
            }
        }
    }

    @Test
    void submit_badInput_failsTheStage() {
        try (ModelServer server = serve(OnnxModels.linear(3, 1, 42))) {
            assertThatThrownBy(() -> server.submit(NAME, Request.of(Map.of()))
                            .toCompletableFuture()
                            .get())
                    .hasCauseInstanceOf(RejectedInputException.class);
        }
    }

    @Test
    void close_whenAllIsAnswered_leavesNoThreadBehind() throws Exception {
        try (ModelServer server = serve(OnnxModels.linear(3, 1, 42))) {
            server.submit(NAME, Request.of(ROW).within(Duration.ofSeconds(30)))
                    .toCompletableFuture()
                    .get();
        }
        for (Thread thread : ours()) {
            thread.join();
        }
        assertThat(ours()).isEmpty();
    }

    @Test
    void within_zeroOrNegative_isRefused() {
        for (Duration time : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
            assertThatThrownBy(() -> Request.of(ROW).within(time))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(time.toString());
        }
        assertThatThrownBy(() -> Request.of(ROW).tenant("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Request.of(ROW).key("k".repeat(129))).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("mlops-inference-")
                        || thread.getName().equals("mlops-deadlines"))
                .toList();
    }

    private static ModelServer serve(byte[] model) {
        return ModelServer.builder()
                .warmUp(WarmUp.none())
                .serve(NAME, OnnxModels.verified("asked:1", model))
                .start();
    }
}
