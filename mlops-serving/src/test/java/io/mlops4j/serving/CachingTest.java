package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that are kept are the answers that would be computed, and are not computed again. */
@Timeout(60)
final class CachingTest {
    private static final ModelName NAME = ModelName.of("kept");
    private static final Caching CACHING = Caching.upTo(1 << 20);
    private static final int SWAPS = Boolean.getBoolean("campaign") ? 3_000 : 200;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void predict_sameInputs_runsOnce() {
        var model = new SimulatedModel(0, 0);
        try (ModelServer server = serve(CACHING, model)) {
            model.begin();
            Prediction first = server.predict(NAME, SimulatedModel.request(3));
            Prediction second = server.predict(NAME, SimulatedModel.request(3));
            assertThat(second.outputs()).isEqualTo(first.outputs());
            assertThat(second.id()).isNotEqualTo(first.id());
            assertThat(server.submit(NAME, Request.of(SimulatedModel.request(3))))
                    .isCompletedWithValueMatching(answer -> answer.outputs().equals(first.outputs()));
            assertThat(model.runs).hasValue(1);
            assertThat(count("hit")).isEqualTo(2);
            assertThat(count("miss")).isEqualTo(1);
            assertThat(server.leases(NAME)).isZero();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void predict_whatDiffersByABit_runs() {
        var model = new SimulatedModel(0, 0);
        try (ModelServer server = serve(CACHING, model)) {
            model.begin();
            float otherNaN = Float.intBitsToFloat(0x7fc00001);
            for (float value : new float[] {0f, -0f, Float.NaN, otherNaN}) {
                server.predict(NAME, SimulatedModel.request(value));
            }
            assertThat(model.runs).hasValue(4);
        }
    }

    @Test
    void predict_failure_isNotKept() {
        var model = new SimulatedModel(0, 0);
        try (ModelServer server = serve(CACHING, model)) {
            model.begin();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> server.predict(NAME, SimulatedModel.request(-1)))
                        .isInstanceOf(InferenceException.class);
            }
            assertThat(model.runs).hasValue(2);
        }
    }

    @Test
    void predict_badInputs_areRefusedAsWithoutACache() {
        try (ModelServer server = serveLinear(CACHING)) {
            for (Map<String, Value> bad : List.<Map<String, Value>>of(
                    Map.of(),
                    Map.of("z", Tensor.ofFloats(new float[3], 1, 3)),
                    Map.of("x", Tensor.ofFloats(new float[2], 1, 2)))) {
                assertThatThrownBy(() -> server.predict(NAME, bad)).isInstanceOf(RejectedInputException.class);
            }
            assertThatThrownBy(() -> server.score(NAME, new float[2])).isInstanceOf(RejectedInputException.class);
            assertThatThrownBy(() -> server.score(NAME, new float[3], new float[0]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void predict_manyAtOnce_runsOnce() throws Exception {
        var model = new SimulatedModel(0, Duration.ofMillis(200).toNanos());
        ExecutorService callers = Executors.newFixedThreadPool(16);
        try (ModelServer server = serve(CACHING, model)) {
            model.begin();
            List<Future<Prediction>> waiting = IntStream.range(0, 16)
                    .mapToObj(i -> callers.submit(() -> server.predict(NAME, SimulatedModel.request(7))))
                    .toList();
            List<CompletionStage<Prediction>> later = IntStream.range(0, 16)
                    .mapToObj(i -> server.submit(NAME, Request.of(SimulatedModel.request(7))))
                    .toList();
            for (Future<Prediction> one : waiting) {
                assertThat(one.get().tensor("y").floats()).containsExactly(14);
            }
            for (CompletionStage<Prediction> one : later) {
                assertThat(one.toCompletableFuture().get().tensor("y").floats()).containsExactly(14);
            }
            assertThat(model.runs).hasValue(1);
            assertThat(count("hit") + count("shared")).isEqualTo(31);
            assertThat(server.leases(NAME)).isZero();
        } finally {
            callers.shutdownNow();
        }
    }

    /** Before a queue and batches, each of the few questions is still computed once, and everybody is answered. */
    @Test
    void predict_batchedUnderLoad_computesEachRowOnce() throws Exception {
        var model = new SimulatedModel(10_000, 100_000);
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try (ModelServer server = ModelServer.builder()
                .warmUp(WarmUp.none())
                .runtime(FakeModel.runtime(model))
                .batching(Batching.whenBusy())
                .caching(CACHING.byRow())
                .serve(NAME, OnnxModels.verified("kept:1", new byte[] {1}))
                .start()) {
            model.begin();
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                boolean submits = caller % 2 == 0;
                all.add(callers.submit(() -> {
                    for (int i = 0; i < 300; i++) {
                        float x = Math.floorDiv(i, 3); // the others are about there too
                        Request request = Request.of(SimulatedModel.request(x)).within(Duration.ofSeconds(30));
                        Prediction answer = submits
                                ? server.submit(NAME, request)
                                        .toCompletableFuture()
                                        .get()
                                : server.predict(NAME, request);
                        assertThat(answer.tensor("y").floats()).containsExactly(2 * x);
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(model.rows).hasValue(100);
            assertThat(server.leases(NAME)).isZero();
        } finally {
            callers.shutdownNow();
        }
        assertThat(model.closedWhileInside).isFalse();
    }

    /** Who waits for another caller's run is sent away with it, when the model is stopped. */
    @Test
    void close_whileManyWaitForOneEndlessRun_endsThemAll() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(4);
        List<Future<?>> all = new ArrayList<>();
        try (ModelServer server = ModelServer.builder()
                .warmUp(WarmUp.none())
                .caching(CACHING)
                .drainTimeout(Duration.ofMillis(100))
                .serve(NAME, OnnxModels.verified("kept:1", OnnxModels.endlessLoop()))
                .start()) {
            Map<String, Value> inputs =
                    Warmer.request(server.signature(NAME), 1).orElseThrow();
            for (int i = 0; i < 4; i++) {
                all.add(callers.submit(() -> server.predict(NAME, inputs)));
            }
            all.add(server.submit(NAME, Request.of(inputs)).toCompletableFuture());
            while (server.leases(NAME) < 5) {
                Thread.onSpinWait();
            }
        } finally {
            callers.shutdown();
        }
        for (Future<?> one : all) {
            assertThatThrownBy(one::get).hasCauseInstanceOf(InferenceException.class);
        }
    }

    @Test
    void score_isKept_andTheCallersArraysAreItsOwn() {
        float[] row = {1, 2, 3};
        try (ModelServer plain = serveLinear(Caching.off());
                ModelServer server = serveLinear(CACHING)) {
            float expected = plain.score(NAME, row);
            float[] out = new float[1];
            server.score(NAME, row, out);
            assertThat(out[0]).isEqualTo(expected);
            out[0] = -99; // what is kept must not be what the caller has
            row[0] = 50;
            assertThat(server.score(NAME, row))
                    .isEqualTo(plain.score(NAME, row))
                    .isNotEqualTo(expected);
            assertThat(server.score(NAME, new float[] {1, 2, 3})).isEqualTo(expected);
            assertThat(server.score(NAME, new float[] {1, 2, 3})).isEqualTo(expected);
            assertThat(count("miss")).isEqualTo(2);
            assertThat(count("hit")).isEqualTo(2);
        }
    }

    @Test
    void score_thatIsKept_allocatesLittle() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        float[] row = new float[30];
        float[] out = new float[1];
        try (ModelServer server = ModelServer.builder()
                .warmUp(WarmUp.none())
                .caching(CACHING)
                .serve(NAME, OnnxModels.verified("kept:1", OnnxModels.linear(30, 1, 42)))
                .start()) {
            for (int i = 0; i < 20_000; i++) {
                server.score(NAME, row, out);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                server.score(NAME, row, out);
            }
            long each = (threads.getCurrentThreadAllocatedBytes() - before) / 10_000;
            assertThat(each).as("bytes a hit").isLessThanOrEqualTo(64);
        }
    }

    @Test
    void predict_byRow_computesOnlyWhatIsNotKnown() {
        var model = new SimulatedModel(0, 0);
        try (ModelServer server = serve(CACHING.byRow(), model)) {
            model.begin();
            assertThat(answers(server, 1, 2, 3)).containsExactly(2, 4, 6);
            assertThat(model.rows).hasValue(3);
            assertThat(answers(server, 3, 4, 1, 4)).containsExactly(6, 8, 2, 8);
            assertThat(model.rows).as("4 was new, and asked twice").hasValue(4);
            assertThat(answers(server, 4)).containsExactly(8);
            assertThat(answers(server, 2, 3)).containsExactly(4, 6);
            assertThat(model.rows).hasValue(4);
            assertThat(count("miss")).isEqualTo(1);
            assertThat(count("partial")).isEqualTo(1);
            assertThat(count("hit")).isEqualTo(2);
            assertThat(server.submit(NAME, Request.of(SimulatedModel.request(9, 1)))
                            .toCompletableFuture()
                            .join()
                            .tensor("y")
                            .floats())
                    .containsExactly(18, 2);
            assertThat(model.rows).hasValue(5);
        }
    }

    @Test
    void predict_byRow_answersAsWithoutACache() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (ModelServer plain = serveLinear(Caching.off());
                ModelServer server = serveLinear(CACHING.byRow())) {
            for (int i = 0; i < 300; i++) {
                float[][] rows = new float[1 + random.nextInt(6)][3];
                for (float[] row : rows) {
                    for (int j = 0; j < 3; j++) {
                        row[j] = random.nextInt(3);
                    }
                }
                Map<String, Value> inputs = Map.of("x", Tensor.ofRows(rows));
                assertThat(server.predict(NAME, inputs).outputs())
                        .as("seed %d", seed)
                        .isEqualTo(plain.predict(NAME, inputs).outputs());
            }
            assertThat(count("partial")).isPositive();
        }
    }

    @Test
    void predict_byRowOfAModelWhoseRowsInfluenceEachOther_keepsWholeRequests() {
        var model = new SummingModel();
        try (ModelServer server = serve(CACHING.byRow(), model)) {
            assertThat(answers(server, 1, 2)).containsExactly(3, 3);
            assertThat(answers(server, 1, 5)).containsExactly(6, 6);
            assertThat(answers(server, 1, 2)).containsExactly(3, 3);
            assertThat(count("partial")).isZero();
            assertThat(count("hit")).isEqualTo(1);
        }
    }

    @Test
    void cache_isBoundedByItsWeight() {
        var cache = new ResponseCache(100_000);
        var model = OnnxModels.verified("k:1", new byte[] {1}).digest();
        for (int i = 0; i < 10_000; i++) {
            RowQuestion question = RowQuestion.over(model, new float[] {i});
            cache.keep(question.kept(), new float[] {i});
        }
        assertThat(cache.bytes()).isBetween(50_000L, 100_000L);
    }

    @Test
    void caching_ofOneModel_isItsOwn() {
        var model = new SimulatedModel(0, 0);
        try (ModelServer server = ModelServer.builder()
                .warmUp(WarmUp.none())
                .runtime(FakeModel.runtime(model))
                .caching(CACHING)
                .caching(NAME, Caching.off())
                .serve(NAME, OnnxModels.verified("kept:1", new byte[] {1}))
                .start()) {
            model.begin();
            answers(server, 1);
            answers(server, 1);
            assertThat(model.runs).hasValue(2);
        }
        assertThatThrownBy(() -> Caching.upTo(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The same file, but another runtime gives other answers. */
    @Test
    void predict_modelsOfOneFile_haveAnswersOfTheirOwn() {
        ModelName other = ModelName.of("other");
        var constant = new ColumnModel() {
            @Override
            public Map<String, Value> run(Map<String, Value> inputs) {
                return Map.of("y", Tensor.ofFloats(new float[] {100}, 1, 1));
            }

            @Override
            public void close() {}
        };
        try (ModelServer server = ModelServer.builder()
                .warmUp(WarmUp.none())
                .caching(CACHING)
                .runtime(NAME, FakeModel.runtime(new SimulatedModel(0, 0)))
                .runtime(other, FakeModel.runtime(constant))
                .serve(NAME, OnnxModels.verified("kept:1", new byte[] {1}))
                .serve(other, OnnxModels.verified("other:1", new byte[] {1}))
                .start()) {
            assertThat(server.predict(NAME, SimulatedModel.request(3))
                            .tensor("y")
                            .floats())
                    .containsExactly(6);
            assertThat(server.predict(other, SimulatedModel.request(3))
                            .tensor("y")
                            .floats())
                    .containsExactly(100);
        }
    }

    @Test
    void predict_byRowOfAWrongShape_isRefusedInTheShapeThatWasSent() {
        try (ModelServer server = serveLinear(CACHING.byRow())) {
            assertThatThrownBy(() -> server.predict(NAME, Map.of("x", Tensor.ofFloats(new float[8], 4, 2))))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("[4, 2]");
        }
    }

    /** Every answer is of the version that it names, though every caller asks the same all the time. */
    @Test
    void swap_underLoad_neverGivesAnotherVersionsAnswer() throws Exception {
        var stop = new AtomicBoolean();
        ExecutorService callers = Executors.newFixedThreadPool(3);
        try (ModelServer server = ModelServer.builder()
                .warmUp(WarmUp.none())
                .meters(registry)
                .caching(CACHING)
                .serve(NAME, constant(1))
                .start()) {
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 3; caller++) {
                boolean submits = caller == 0;
                all.add(callers.submit(() -> {
                    while (!stop.get()) {
                        ask(server, submits);
                    }
                    return null;
                }));
            }
            for (int number = 2; number <= SWAPS + 1; number++) {
                server.swap(NAME, constant(1 + number % 5)); // files return, and with them their answers
            }
            stop.set(true);
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(server.leases(NAME)).isZero();
        } finally {
            stop.set(true);
            callers.shutdown();
        }
    }

    private static void ask(ModelServer server, boolean submits) throws Exception {
        Map<String, Value> inputs = Map.of("x", Tensor.ofFloats(new float[] {1, 2}, 1, 2));
        Prediction prediction = submits
                ? server.submit(NAME, Request.of(inputs)).toCompletableFuture().get()
                : server.predict(NAME, inputs);
        int number = prediction.version().number();
        assertThat(prediction.tensor("y").floats()).containsExactly(number == 1 ? 1 : 1 + number % 5);
    }

    private static VerifiedModel constant(int value) {
        return OnnxModels.verified(NAME + ":" + value, OnnxModels.constant(2, value));
    }

    private static float[] answers(ModelServer server, float... values) {
        return server.predict(NAME, SimulatedModel.request(values)).tensor("y").floats();
    }

    private double count(String result) {
        return registry.find(CacheMeters.REQUESTS).tag("result", result).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private ModelServer serve(Caching caching, LoadedModel model) {
        return ModelServer.builder()
                .warmUp(WarmUp.none())
                .runtime(FakeModel.runtime(model))
                .meters(registry)
                .caching(caching)
                .serve(NAME, OnnxModels.verified("kept:1", new byte[] {1}))
                .start();
    }

    private ModelServer serveLinear(Caching caching) {
        return ModelServer.builder()
                .warmUp(WarmUp.none())
                .meters(caching.isOn() ? registry : new SimpleMeterRegistry())
                .caching(caching)
                .serve(NAME, OnnxModels.verified("kept:1", OnnxModels.linear(3, 1, 42)))
                .start();
    }
}
