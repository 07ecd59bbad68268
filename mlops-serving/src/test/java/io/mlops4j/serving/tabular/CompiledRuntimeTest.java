package io.mlops4j.serving.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.InferenceException;
import io.mlops4j.serving.InferenceRuntime;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.ModelServerBuilder;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.RowScorer;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.onnx.OnnxRuntime;
import io.mlops4j.serving.tabular.Ensemble.Weights;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A model is served compiled if it answers as before, and by the native runtime otherwise. */
@Timeout(60)
final class CompiledRuntimeTest {
    private static final ModelName NAME = ModelName.of("trees");

    /** Loads another model than it was given, and counts what was loaded and closed. */
    private static final class Reference implements InferenceRuntime {
        private final InferenceRuntime runtime = OnnxRuntime.withDefaults();
        private final UnaryOperator<VerifiedModel> exchange;
        private final AtomicInteger open = new AtomicInteger();

        Reference(UnaryOperator<VerifiedModel> exchange) {
            this.exchange = exchange;
        }

        @Override
        public String name() {
            return "reference";
        }

        @Override
        public boolean accepts(VerifiedModel model) {
            return runtime.accepts(model);
        }

        @Override
        public LoadedModel load(VerifiedModel model) {
            LoadedModel loaded = runtime.load(exchange.apply(model));
            open.incrementAndGet();
            return new LoadedModel() {
                @Override
                public Signature signature() {
                    return loaded.signature();
                }

                @Override
                public Map<String, Value> run(Map<String, Value> inputs) {
                    return loaded.run(inputs);
                }

                @Override
                public String runtime(String loadedBy) {
                    return name();
                }

                @Override
                public void close() {
                    open.decrementAndGet();
                    loaded.close();
                }
            };
        }
    }

    @Test
    void load_sameAnswers_closesTheReference() {
        var reference = new Reference(model -> model);
        try (LoadedModel loaded =
                CompiledRuntime.comparingWith(reference).load(Ensemble.stump().regressor(1))) {
            assertThat(loaded.runtime("?")).isEqualTo("compiled");
            assertThat(reference.open).hasValue(0);
        }
    }

    @Test
    void load_otherNumbers_keepsTheReference() {
        Ensemble other = Ensemble.stump();
        other.leafWeights.set(1, 2.001f);
        assertKept(Ensemble.stump().regressor(1), other.regressor(1));
    }

    @Test
    void load_otherThreshold_keepsTheReference() {
        Ensemble other = Ensemble.stump();
        other.thresholds.set(0, Float.MIN_VALUE);
        assertKept(Ensemble.stump().regressor(1), other.regressor(1));
    }

    @Test
    void load_otherBranchOfNaN_keepsTheReference() {
        Ensemble other = Ensemble.stump();
        other.absentIsTrue.set(0, 1L);
        assertKept(Ensemble.stump().regressor(1), other.regressor(1));
    }

    @Test
    void load_otherLabels_keepsTheReference() {
        VerifiedModel model = Ensemble.stump().classifier(2, ElementType.STRING);
        byte[] relabelled = model.bytes().clone();
        for (int i = 0; i + 1 < relabelled.length; i++) {
            if (relabelled[i] == 'c' && relabelled[i + 1] == '1' && relabelled[i - 1] == 2) {
                relabelled[i + 1] = '2';
            }
        }
        assertKept(model, OnnxModels.verified("other:1", relabelled));
    }

    @Test
    void load_referenceOfAnotherWidth_isKept() {
        VerifiedModel wider = OnnxModels.verified("wider:1", OnnxModels.trees(9, 2, 2, 1));
        assertKept(Ensemble.stump().regressor(1), wider);
    }

    @Test
    void load_referenceThatFails_isKept() {
        LoadedModel native1 = OnnxRuntime.withDefaults().load(Ensemble.stump().regressor(1));
        LoadedModel failing = new FailingModel(native1.signature());
        native1.close();
        var runtime = CompiledRuntime.comparingWith(new InferenceRuntime() {
            @Override
            public String name() {
                return "failing";
            }

            @Override
            public boolean accepts(VerifiedModel model) {
                return true;
            }

            @Override
            public LoadedModel load(VerifiedModel model) {
                return failing;
            }
        });
        assertThat(runtime.load(Ensemble.stump().regressor(1))).isSameAs(failing);
    }

    /** Answers nothing. */
    private record FailingModel(Signature signature) implements LoadedModel {
        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            throw new InferenceException("no answer", null);
        }

        @Override
        public void close() {}
    }

    @Test
    void accepts_formsThatGainNothing_areLeftToTheNativeRuntime() {
        var runtime = CompiledRuntime.withDefaults();
        assertThat(runtime.accepts(OnnxModels.verified("shallow:1", OnnxModels.trees(30, 100, 8, 1))))
                .isTrue();
        assertThat(runtime.accepts(OnnxModels.verified("deep:1", OnnxModels.trees(30, 9, 12, 1))))
                .isFalse();
        assertThat(runtime.accepts(OnnxModels.verified("narrow:1", OnnxModels.linear(30, 2, 1))))
                .isTrue();
        assertThat(runtime.accepts(OnnxModels.verified("wide:1", OnnxModels.linear(30, 3, 1))))
                .isFalse();
    }

    private static void assertKept(VerifiedModel model, VerifiedModel answering) {
        var reference = new Reference(given -> answering);
        try (LoadedModel loaded = CompiledRuntime.comparingWith(reference).load(model)) {
            assertThat(loaded.runtime("?")).isEqualTo("reference");
            assertThat(reference.open).hasValue(1);
        }
        assertThat(reference.open).hasValue(0);
    }

    @Test
    void load_otherForm_isLeftToTheReference() {
        var runtime = CompiledRuntime.withDefaults();
        VerifiedModel perceptron = OnnxModels.verified("mlp:1", OnnxModels.mlp(1, 3, 4, 1));
        assertThat(runtime.accepts(perceptron)).isFalse();
        try (LoadedModel loaded = runtime.load(perceptron)) {
            assertThat(loaded.runtime("?")).isEqualTo("onnxruntime");
        }
    }

    @Test
    void load_brokenFile_isRejectedByTheReference() {
        VerifiedModel broken = OnnxModels.verified("broken:1", new byte[] {8, 1, 2, 3});
        assertThat(CompiledRuntime.withDefaults().accepts(broken)).isFalse();
        assertThatThrownBy(() -> CompiledRuntime.withDefaults().load(broken))
                .isInstanceOf(RejectedModelException.class);
    }

    @Test
    void start_byDefault_servesTreesCompiled() {
        assertThat(servingRuntime(ModelServer.builder())).isEqualTo("compiled");
    }

    @Test
    void start_onnxRuntimeNamed_servesByIt() {
        assertThat(servingRuntime(ModelServer.builder().runtime(OnnxRuntime.withDefaults())))
                .isEqualTo("onnxruntime");
    }

    @Test
    void start_answersDiffer_countsForTheReference() {
        Ensemble other = Ensemble.stump();
        other.leafWeights.set(0, 7f);
        VerifiedModel answering = other.regressor(1);
        var runtime = CompiledRuntime.comparingWith(new Reference(given -> answering));
        assertThat(servingRuntime(ModelServer.builder().runtime(runtime))).isEqualTo("reference");
    }

    private static String servingRuntime(ModelServerBuilder builder) {
        var registry = new SimpleMeterRegistry();
        try (ModelServer server = builder.serve(NAME, Ensemble.stump().regressor(1))
                .meters(registry)
                .start()) {
            server.predict(NAME, Map.of("x", Tensor.ofFloats(new float[3], 1, 3)));
            var timer = registry.get("mlops.inference").timer();
            assertThat(timer.count()).isEqualTo(1);
            return String.valueOf(timer.getId().getTag("runtime"));
        }
    }

    @Test
    void score_rowAfterRow_equalsRun() {
        VerifiedModel model = random(3).classifier(3, ElementType.INT64);
        var random = new Random(5);
        try (LoadedModel compiled = CompiledRuntime.withDefaults().load(model)) {
            RowScorer scorer = compiled.rowScorer().orElseThrow();
            float[] out = new float[scorer.outputs()];
            for (int i = 0; i < 1_000; i++) {
                float[] row = {(float) random.nextGaussian(), i % 7 == 0 ? Float.NaN : 1, random.nextInt(4)};
                scorer.score(row, out);
                Map<String, Value> answer = compiled.run(Map.of("x", Tensor.ofFloats(row, 1, 3)));
                assertThat(answer).containsEntry("p", Tensor.ofFloats(out, 1, out.length));
            }
        }
    }

    @Test
    void score_wrongLengths_areRefused() {
        try (LoadedModel compiled =
                CompiledRuntime.withDefaults().load(Ensemble.stump().regressor(1))) {
            RowScorer scorer = compiled.rowScorer().orElseThrow();
            assertThat(scorer.features()).isEqualTo(3);
            assertThat(scorer.outputs()).isEqualTo(1);
            assertThatThrownBy(() -> scorer.score(new float[2], new float[1]))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("expected 3");
            assertThatThrownBy(() -> scorer.score(new float[3], new float[0]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> compiled.run(Map.of("x", Tensor.ofFloats(new float[2], 1, 2))))
                    .isInstanceOf(RejectedInputException.class);
            assertThatThrownBy(() -> compiled.run(Map.of())).isInstanceOf(RejectedInputException.class);
        }
    }

    @Test
    void score_anyForm_allocatesNothing() {
        assertThat(allocatedByScoring(random(1).regressor(1))).isZero();
        assertThat(allocatedByScoring(random(2).regressor(2))).isZero();
        assertThat(allocatedByScoring(random(3).classifier(3, ElementType.STRING)))
                .isZero();
        assertThat(allocatedByScoring(OnnxModels.verified("linear:1", OnnxModels.linear(3, 2, 1))))
                .isZero();
    }

    /** Bytes a call, rounded down: what the pool makes in the first calls does not count. */
    private static long allocatedByScoring(VerifiedModel model) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (LoadedModel compiled = CompiledRuntime.withDefaults().load(model)) {
            assertThat(compiled.runtime("?")).isEqualTo("compiled");
            RowScorer scorer = compiled.rowScorer().orElseThrow();
            float[] row = {0.1f, Float.NaN, 2};
            float[] out = new float[scorer.outputs()];
            int calls = 20_000;
            for (int i = 0; i < calls; i++) {
                scorer.score(row, out);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls; i++) {
                row[1] = (i & 1) == 0 ? Float.NaN : 1;
                scorer.score(row, out);
            }
            return (threads.getCurrentThreadAllocatedBytes() - before) / calls;
        }
    }

    @Test
    void score_severalThreads_eachGetsItsOwnAnswer() throws Exception {
        VerifiedModel model = random(3).classifier(3, ElementType.INT64);
        try (LoadedModel compiled = CompiledRuntime.withDefaults().load(model)) {
            RowScorer scorer = compiled.rowScorer().orElseThrow();
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                float[] row = {thread - 2, thread, thread / 2f};
                float[] expected = new float[3];
                scorer.score(row, expected);
                all.add(CompletableFuture.runAsync(() -> {
                    float[] out = new float[3];
                    for (int i = 0; i < 50_000; i++) {
                        scorer.score(row, out);
                        assertThat(out[2]).isEqualTo(expected[2]);
                    }
                }));
            }
            for (CompletableFuture<Void> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void terminate_longBatch_stopsIt() throws Exception {
        VerifiedModel model = OnnxModels.verified("slow:1", OnnxModels.trees(3, 2_000, 6, 1));
        int rows = 2_000_000;
        Map<String, Value> batch = Map.of("x", Tensor.ofFloats(new float[rows * 3], rows, 3));
        try (LoadedModel compiled = CompiledRuntime.withDefaults().load(model)) {
            assertThat(compiled.runtime("?")).isEqualTo("compiled");
            var run = CompletableFuture.supplyAsync(() -> compiled.run(batch));
            assertThat(run).isNotDone();
            compiled.terminate();
            assertThatThrownBy(() -> run.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InferenceException.class);
        }
    }

    @Test
    void run_noRows_givesNoAnswers() {
        try (LoadedModel compiled =
                CompiledRuntime.withDefaults().load(Ensemble.stump().regressor(1))) {
            assertThat(compiled.run(Map.of("x", Tensor.ofFloats(new float[0], 0, 3))))
                    .containsEntry("y", Tensor.ofFloats(new float[0], 0, 1));
        }
    }

    @Test
    void run_closedModel_isRefused() {
        LoadedModel compiled =
                CompiledRuntime.withDefaults().load(Ensemble.stump().regressor(1));
        compiled.close();
        assertThatThrownBy(() -> compiled.run(Map.of())).isInstanceOf(IllegalStateException.class);
    }

    private static Ensemble random(int outputs) {
        var ensemble = new Ensemble();
        var random = new Random(outputs);
        for (int tree = 0; tree < 20; tree++) {
            Weights weights = outputs == 1 ? Weights.FIRST_OUTPUT : Weights.ALL;
            ensemble.randomTree(tree, 1 + tree % 10, Ensemble.MODES, random, weights, outputs);
        }
        return ensemble;
    }
}
