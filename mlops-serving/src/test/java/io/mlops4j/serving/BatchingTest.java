package io.mlops4j.serving;

import static io.mlops4j.serving.SimulatedModel.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What queues behind a busy instance, and what becomes of it. */
@Timeout(60)
final class BatchingTest {
    private static final ModelName NAME = ModelName.of("batched");
    private static final long MILLI = 1_000_000;

    @Test
    void predict_idleModel_runsOnTheCallersThread() {
        var model = new SimulatedModel(0, 0);
        try (ModelServer server = serve(model, Overload.standard().instances(1), 8)) {
            assertThat(y(server.predict(NAME, request(3)))).containsExactly(6);
            assertThat(workers()).isEmpty();
        }
    }

    @Test
    void submit_whileBusy_batchesWhatWaitsByRows() throws Exception {
        var model = new SimulatedModel(0, 50 * MILLI);
        var meters = new SimpleMeterRegistry();
        try (ModelServer server = builder(model, Overload.standard().instances(1), 8)
                .meters(meters)
                .start()) {
            model.begin();
            List<CompletableFuture<Prediction>> all = new ArrayList<>();
            all.add(submit(server, Request.of(request(1))));
            for (int i = 0; i < 8; i++) {
                all.add(submit(server, Request.of(request(i, 10 + i))));
            }
            for (int i = 0; i < 8; i++) {
                assertThat(y(all.get(i + 1).get())).containsExactly(2 * i, 2 * (10 + i));
            }
            assertThat(model.largest).hasValue(8);
            assertThat(model.runs.get()).isBetween(2, 4);
            assertThat(meters.get("mlops.batch.rows").summary().totalAmount()).isEqualTo(17);
            assertThat(meters.get("mlops.queue.time").timer().count()).isEqualTo(9);
        }
        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void predict_moreRowsThanABatch_isSplitAndPutTogetherInOrder() {
        var model = new SimulatedModel(0, 0);
        try (ModelServer server = serve(model, Overload.standard().queueRows(4), 4)) {
            float[] x = new float[103];
            float[] expected = new float[x.length];
            for (int i = 0; i < x.length; i++) {
                x[i] = i;
                expected[i] = 2 * i;
            }
            assertThat(y(server.predict(NAME, request(x)))).containsExactly(expected);
            assertThat(model.largest).hasValueLessThanOrEqualTo(4);
        }
    }

    @Test
    void predict_failingRowInALargeRequest_failsTheRequestOnce() {
        try (ModelServer server = serve(new SimulatedModel(0, 0), Overload.standard(), 4)) {
            float[] x = new float[50];
            x[37] = -1;
            assertThatThrownBy(() -> server.predict(NAME, request(x)))
                    .isInstanceOf(InferenceException.class)
                    .hasMessageContaining("a row is -1");
            assertThat(y(server.predict(NAME, request(1)))).containsExactly(2);
            assertThat(server.leases(NAME)).isZero();
        }
    }

    @Test
    void submit_oneFailingRow_failsAlone() throws Exception {
        try (ModelServer server =
                serve(new SimulatedModel(0, 5 * MILLI), Overload.standard().instances(1), 32)) {
            List<CompletableFuture<Prediction>> all = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                all.add(submit(server, Request.of(request(i == 20 || i == 41 ? -1 : i))));
            }
            for (int i = 0; i < 64; i++) {
                CompletableFuture<Prediction> answer = all.get(i);
                if (i == 20 || i == 41) {
                    assertThatThrownBy(answer::get).hasCauseInstanceOf(InferenceException.class);
                } else {
                    assertThat(y(answer.get())).containsExactly(2 * i);
                }
            }
        }
    }

    @Test
    void submit_badInput_neverMeetsItsMates() {
        var model = new SimulatedModel(0, 20 * MILLI);
        try (ModelServer server = serve(model, Overload.standard().instances(1), 32)) {
            CompletableFuture<Prediction> first = submit(server, Request.of(request(1)));
            CompletableFuture<Prediction> bad =
                    submit(server, Request.of(Map.of("x", Tensor.ofFloats(new float[] {1, 2}, 1, 2))));
            assertThat(bad).isCompletedExceptionally();
            assertThatThrownBy(bad::get).hasCauseInstanceOf(RejectedInputException.class);
            assertThat(y(first.join())).containsExactly(2);
        }
    }

    @Test
    void submit_fullQueue_isRefusedWithATimeToComeBack() {
        var meters = new SimpleMeterRegistry();
        var model = new SimulatedModel(0, 100 * MILLI);
        try (ModelServer server = builder(
                        model, Overload.standard().instances(1).queueRows(4), 2)
                .meters(meters)
                .start()) {
            model.begin();
            List<CompletableFuture<Prediction>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(submit(server, Request.of(request(i))));
            }
            long refused = all.stream()
                    .filter(CompletableFuture::isCompletedExceptionally)
                    .count();
            assertThat(refused).isBetween(14L, 16L);
            assertThatThrownBy(all.get(19)::get)
                    .hasCauseInstanceOf(OverloadedException.class)
                    .hasMessageContaining("queue is full")
                    .cause()
                    .extracting(e -> ((OverloadedException) e).retryAfter())
                    .satisfies(time -> assertThat(time).isPositive());
            assertThat(meters.get("mlops.queue.shed")
                            .tag("reason", "full")
                            .counter()
                            .count())
                    .isEqualTo((double) refused);
        }
    }

    @Test
    void submit_fullQueueOfBytes_isRefused() {
        try (ModelServer server = serve(
                new SimulatedModel(0, 50 * MILLI),
                Overload.standard().instances(1).queueBytes(16),
                2)) {
            List<CompletableFuture<Prediction>> all = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                all.add(submit(server, Request.of(request(i))));
            }
            assertThatThrownBy(all.get(11)::get).hasCauseInstanceOf(OverloadedException.class);
        }
    }

    @Test
    void submit_fullQueue_givesWayToTenantsThatHaveLessAndToHigherPriorities() {
        try (ModelServer server = serve(
                new SimulatedModel(0, 60 * MILLI),
                Overload.standard().instances(1).queueRows(4),
                2)) {
            List<CompletableFuture<Prediction>> noisy = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                noisy.add(submit(server, Request.of(request(i)).tenant("noisy")));
            }
            var quiet = submit(server, Request.of(request(7)).tenant("quiet"));
            var urgent = submit(server, Request.of(request(8)).tenant("noisy").priority(Priority.HIGH));
            assertThat(y(quiet.join())).containsExactly(14);
            assertThat(y(urgent.join())).containsExactly(16);
            long answered = noisy.stream()
                    .map(f -> f.handle((ok, no) -> no == null).join())
                    .filter(ok -> ok)
                    .count();
            assertThat(answered).isBetween(2L, 4L);
        }
    }

    @Test
    void submit_timeIsOverWhileItWaits_leavesBeforeItIsRun() {
        var model = new SimulatedModel(0, 200 * MILLI);
        try (ModelServer server = serve(model, Overload.standard().instances(1), 32)) {
            var first = submit(server, Request.of(request(1)));
            long start = System.nanoTime();
            var late = submit(server, Request.of(request(2)).within(Duration.ofMillis(30)));
            assertThatThrownBy(late::get).hasCauseInstanceOf(DeadlineExceededException.class);
            assertThat(System.nanoTime() - start).isLessThan(150 * MILLI);
            long rows = model.rows.get();
            assertThat(y(first.join())).containsExactly(2);
            assertThat(y(server.predict(NAME, request(3)))).containsExactly(6);
            assertThat(model.rows.get() - rows).isEqualTo(1);
        }
    }

    @Test
    void submit_allMembersOfARunExpired_stopsTheRun() {
        try (ModelServer server = ModelServer.builder()
                .warmUp(WarmUp.none())
                .overload(Overload.standard().instances(1))
                .serve(NAME, OnnxModels.verified("batched:1", OnnxModels.endlessLoop()))
                .start()) {
            List<CompletableFuture<Prediction>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(submit(server, Request.of(request(1)).within(Duration.ofMillis(50 + 20L * i))));
            }
            for (var answer : all) {
                assertThatThrownBy(answer::get).hasCauseInstanceOf(DeadlineExceededException.class);
            }
            assertThatThrownBy(() -> server.predict(NAME, Request.of(request(1)).within(Duration.ofMillis(20))))
                    .isInstanceOf(DeadlineExceededException.class);
            assertThat(server.leases(NAME)).isZero();
        }
    }

    @Test
    void callback_thatAsksTheSameModel_doesNotWaitForItself() throws Exception {
        try (ModelServer server =
                serve(new SimulatedModel(0, MILLI), Overload.standard().instances(1), 4)) {
            List<CompletionStage<Float>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(server.submit(NAME, Request.of(request(i)))
                        .thenApply(first -> y(server.predict(NAME, request(y(first)[0])))[0]));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(all.get(i).toCompletableFuture().get(20, TimeUnit.SECONDS))
                        .isEqualTo(4 * i);
            }
        }
    }

    @Test
    void callback_thatSwaps_doesNotWaitForItself() throws Exception {
        var runtime = FakeModel.runtime(new SimulatedModel(0, MILLI).begin(), new SimulatedModel(0, MILLI).begin());
        try (ModelServer server = ModelServer.builder()
                .runtime(runtime)
                .warmUp(WarmUp.none())
                .batching(Batching.whenBusy())
                .overload(Overload.standard().instances(1))
                .serve(NAME, OnnxModels.verified("batched:1", new byte[] {1}))
                .start()) {
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                CompletableFuture<Prediction> answer = submit(server, Request.of(request(i)));
                all.add(
                        i == 5
                                ? answer.thenApply(
                                        p -> server.swap(NAME, OnnxModels.verified("batched:2", new byte[] {2})))
                                : answer);
            }
            for (CompletableFuture<?> answer : all) {
                answer.get(20, TimeUnit.SECONDS);
            }
            assertThat(server.predict(NAME, request(1)).version().number()).isEqualTo(2);
        }
    }

    @Test
    void close_withAQueue_answersAllOfIt() {
        var model = new SimulatedModel(0, 5 * MILLI);
        List<CompletableFuture<Prediction>> all = new ArrayList<>();
        try (ModelServer server = serve(model, Overload.standard().instances(1), 4)) {
            for (int i = 0; i < 50; i++) {
                all.add(submit(server, Request.of(request(i))));
            }
        }
        for (int i = 0; i < 50; i++) {
            assertThat(y(all.get(i).join())).containsExactly(2 * i);
        }
        assertThat(model.closedWhileInside).isFalse();
    }

    @Test
    void close_whenTheDrainTimeIsOver_failsWhatWaits() throws Exception {
        var model = new SimulatedModel(0, 300 * MILLI);
        List<CompletableFuture<Prediction>> all = new ArrayList<>();
        try (ModelServer server = builder(model, Overload.standard().instances(1), 2)
                .drainTimeout(Duration.ZERO)
                .start()) {
            model.begin();
            for (int i = 0; i < 20; i++) {
                all.add(submit(server, Request.of(request(i))));
            }
        }
        for (CompletableFuture<Prediction> answer : all) {
            answer.handle((prediction, failure) -> failure).get(10, TimeUnit.SECONDS);
        }
        assertThatThrownBy(all.get(19)::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InferenceException.class);
        for (Thread thread : workers()) {
            thread.join();
        }
    }

    @Test
    void instances_areNeverExceeded() throws Exception {
        var model = new SimulatedModel(0, MILLI / 5);
        try (ModelServer server = serve(model, Overload.standard().instances(3), 2)) {
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Thread caller = new Thread(() -> {
                    for (int k = 0; k < 50; k++) {
                        if (k % 2 == 0) {
                            server.predict(NAME, request(k));
                        } else {
                            submit(server, Request.of(request(k))).join();
                        }
                    }
                });
                caller.start();
                callers.add(caller);
            }
            for (Thread caller : callers) {
                caller.join();
            }
        }
        assertThat(model.mostInside).hasValueBetween(2, 3);
    }

    @Test
    void batchability_ofAModelWithFixedRows_tellsWhy() {
        try (ModelServer server = ModelServer.builder()
                .batching(Batching.whenBusy())
                .serve(
                        NAME,
                        OnnxModels.verified(
                                "batched:1", OnnxModels.identity(io.mlops4j.model.ElementType.FLOAT32, 1, 3)))
                .start()) {
            assertThat(server.batchability(NAME).verdict()).isEqualTo(Batchability.Verdict.REFUSED);
            assertThat(server.batchability(NAME).reason()).contains("\"x\"").contains("not free");
            Map<String, Value> row = Map.of("x", Tensor.ofRows(new float[] {1, 2, 3}));
            assertThat(server.predict(NAME, row).outputs().get("y")).isEqualTo(row.get("x"));
        }
    }

    static float[] y(Prediction prediction) {
        return prediction.tensor("y").floats();
    }

    private static CompletableFuture<Prediction> submit(ModelServer server, Request request) {
        return server.submit(NAME, request).toCompletableFuture();
    }

    private static ModelServer serve(SimulatedModel model, Overload overload, int rows) {
        ModelServer server = builder(model, overload, rows).start();
        model.begin();
        return server;
    }

    private static ModelServerBuilder builder(LoadedModel model, Overload overload, int rows) {
        return ModelServer.builder()
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none())
                .batching(NAME, Batching.whenBusy().upTo(rows))
                .overload(NAME, overload)
                .serve(NAME, OnnxModels.verified("batched:1", new byte[] {1}));
    }

    private static List<Thread> workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("mlops-inference-batched"))
                .toList();
    }
}
