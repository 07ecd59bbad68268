package io.mlops4j.serving;

import static io.mlops4j.serving.SimulatedModel.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.tabular.CompiledRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of requests whose time is over, on a server without a queue. */
@Timeout(60)
final class LateRequestTest {
    private static final ModelName NAME = ModelName.of("late");
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final int WORKERS = Runtime.getRuntime().availableProcessors();

    /** Each of its runs takes a little more than the time of a request, and hears of no signal. */
    private static final class DeafModel implements ColumnModel {
        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            long end = System.nanoTime() + SHORT.toNanos() + 1;
            for (long left = 1; left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            return Map.of("y", inputs.values().iterator().next());
        }

        @Override
        public void close() {}
    }

    @Test
    void predict_answerThatComesTooLate_isNone() {
        var meters = new SimpleMeterRegistry();
        try (ModelServer server = ModelServer.builder()
                .runtime(FakeModel.runtime(new DeafModel()))
                .warmUp(WarmUp.none())
                .meters(meters)
                .serve(NAME, OnnxModels.verified("late:1", new byte[] {1}))
                .start()) {
            assertThatThrownBy(() -> server.predict(NAME, Request.of(request(1)).within(SHORT)))
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("PT0.05S");
            assertThat(outcomes(meters, "late")).isEqualTo(1);
            assertThat(outcomes(meters, "ok")).isZero();
            assertThat(outcomes(meters, "failed")).isZero();
        }
    }

    static double outcomes(SimpleMeterRegistry meters, String outcome) {
        return meters.get("mlops.inference.outcomes")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    @Test
    void submit_allWorkersAreBusy_failsAtItsTimeAndIsNeverRun() throws Exception {
        var model = new GatedModel().shut();
        try (ModelServer server = serve(model)) {
            List<CompletableFuture<Prediction>> busy = new ArrayList<>();
            try {
                for (int i = 0; i < WORKERS; i++) {
                    busy.add(submit(server, Request.of(request(i))));
                    model.awaitRun();
                }
                assertLate(submit(server, Request.of(request(99)).within(SHORT)));
            } finally {
                model.open();
            }
            busy.forEach(CompletableFuture::join);
            submit(server, Request.of(request(100))).join(); // comes after the late one
            assertThat(model.runs()).hasSize(WORKERS + 1).doesNotContain(List.of(99f));
            awaitNoLease(server, NAME);
        }
    }

    @Test
    void submit_modelThatHearsOfNothing_failsAtItsTimeAndTheModelStaysUntilTheRunEnds() throws Exception {
        var model = new FakeModel();
        try (ModelServer server = serve(model)) {
            var late = submit(server, Request.of(FakeModel.REQUEST).within(Duration.ofSeconds(2)));
            try {
                model.entered.await();
                assertLate(late);
                assertThat(model.inside).hasValue(1);
                assertThat(server.leases(NAME)).isEqualTo(1);
            } finally {
                model.mayLeave.countDown();
            }
        }
        assertThat(model.closedWhileInside).isFalse();
        assertThat(model.closes).hasValue(1);
    }

    @Test
    void submit_whoHearsThatItIsTooLate_isOnAThreadOfTheServerAndMayAskAgain() throws Exception {
        var model = new GatedModel().shut();
        try (ModelServer server = serve(model)) {
            var again = server.submit(NAME, Request.of(request(1)).within(SHORT))
                    .handle((answer, e) -> {
                        model.open();
                        assertThat(WorkerThread.isCurrent()).isTrue();
                        return server.predict(NAME, Request.of(request(2)));
                    })
                    .toCompletableFuture();
            assertThat(again.get(10, TimeUnit.SECONDS).tensor("y").floats()).containsExactly(2);
        }
    }

    @Test
    void run_compiledTreesThatNobodyWaitsFor_stop() {
        var signal = new StopSignal();
        signal.stop();
        try (LoadedModel model =
                CompiledRuntime.withDefaults().load(OnnxModels.verified("late:1", OnnxModels.trees(3, 10, 3, 42)))) {
            assertThat(model.runtime("?")).isEqualTo("compiled");
            assertThatThrownBy(() -> model.run(rows(1_000), signal)).isInstanceOf(InferenceException.class);
            assertThat(model.run(rows(1_000), new StopSignal())).isEqualTo(model.run(rows(1_000)));
        }
    }

    private static void assertLate(CompletableFuture<Prediction> answer) {
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(DeadlineExceededException.class);
    }

    private static Map<String, Value> rows(int count) {
        return Map.of("x", Tensor.ofFloats(new float[3 * count], count, 3));
    }

    /** Its own lease goes back with the answer, but that of a run when the run ends. */
    static void awaitNoLease(ModelServer server, ModelName name) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (server.leases(name) > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(server.leases(name)).isZero();
    }

    private static CompletableFuture<Prediction> submit(ModelServer server, Request request) {
        return server.submit(NAME, request).toCompletableFuture();
    }

    private static ModelServer serve(LoadedModel model) {
        return ModelServer.builder()
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none())
                .serve(NAME, OnnxModels.verified("late:1", new byte[] {1}))
                .start();
    }
}
