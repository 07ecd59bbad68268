package io.mlops4j.serving.onnx;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.InferenceException;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.OnnxGraph;
import io.mlops4j.serving.OnnxGraph.Attribute;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.RowScorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a loaded model gives, and what it refuses. */
final class OnnxModelTest {
    @Test
    void run_missingInput_isRejectedByName() {
        try (LoadedModel model = load(OnnxModels.dynamicSum())) {
            assertRejected(model, Map.of("a", floats(1, 2)), "\"b\" is missing", "FLOAT32[?, ?]");
        }
    }

    @Test
    void run_unknownInput_isRejectedByName() {
        try (LoadedModel model = load(OnnxModels.linear(3, 1, 1))) {
            assertRejected(model, Map.of("x", floats(1, 3), "z\n", floats(1, 1)), "\"z\\n\"", "\"x\"");
        }
    }

    @Test
    void run_wrongType_isRejectedWithBothTypes() {
        try (LoadedModel model = load(OnnxModels.linear(3, 1, 1))) {
            assertRejected(model, Map.of("x", Tensor.ofDoubles(new double[3], 1, 3)), "FLOAT64[1, 3]", "FLOAT32[?, 3]");
            assertRejected(model, Map.of("x", new SequenceValue(List.of())), "SequenceValue", "FLOAT32[?, 3]");
        }
    }

    @Test
    void run_wrongShape_isRejectedWithBothShapes() {
        try (LoadedModel model = load(OnnxModels.linear(3, 1, 1))) {
            assertRejected(model, Map.of("x", floats(2, 4)), "FLOAT32[2, 4]", "FLOAT32[?, 3]");
            assertRejected(model, Map.of("x", floats(3)), "FLOAT32[3]", "FLOAT32[?, 3]");
        }
    }

    @Test
    void run_shapesThatOnlyTheGraphForbids_areRefusedByType() {
        try (LoadedModel model = load(OnnxModels.dynamicSum())) {
            assertThatThrownBy(() -> model.run(Map.of("a", floats(2, 3), "b", floats(2, 4))))
                    .isInstanceOfAny(RejectedInputException.class, InferenceException.class)
                    .hasMessageContaining("test:1");
        }
    }

    @Test
    void run_inputOfUndeclaredShape_takesAnyShape() {
        byte[] bytes = new OnnxGraph()
                .inputOfAnyShape("x", ElementType.FLOAT32)
                .output("y", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                .node("Identity", List.of("x"), List.of("y"))
                .toModel();
        try (LoadedModel model = load(bytes)) {
            assertThat(model.run(Map.of("x", floats(3, 2)))).containsEntry("y", floats(3, 2));
        }
    }

    @Test
    void run_indexOutOfRange_isRefusedByType() {
        byte[] bytes = new OnnxGraph()
                .input("i", ElementType.INT64, Shape.DYNAMIC)
                .output("y", ElementType.FLOAT32, Shape.DYNAMIC)
                .weights("w", new float[] {1, 2}, 2)
                .node("Gather", List.of("w", "i"), List.of("y"))
                .toModel();
        try (LoadedModel model = load(bytes)) {
            assertThatThrownBy(() -> model.run(Map.of("i", Tensor.ofLongs(new long[] {9}, 1))))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("test:1");
            assertThat(model.run(Map.of("i", Tensor.ofLongs(new long[] {1}, 1))))
                    .hasSize(1);
        }
    }

    @Test
    void run_zipMap_givesOneMapARow() {
        try (LoadedModel model = load(OnnxModels.zipMapClassifier(4, 3, 1))) {
            assertThat(model.signature().outputs())
                    .contains(
                            new SequenceSpec("probabilities", new MapSpec("", ElementType.INT64, ElementType.FLOAT32)));
            Map<String, Value> outputs = model.run(Map.of("x", random(5, 4)));
            assertThat(at(outputs, "label", Tensor.class).elementCount()).isEqualTo(5);
            List<Value> rows = at(outputs, "probabilities", SequenceValue.class).values();
            assertThat(rows).hasSize(5).allSatisfy(row -> {
                var entries = ((MapValue) row).entries();
                assertThat(entries.keySet()).containsExactly(0L, 1L, 2L);
                assertThat(entries.values().stream().mapToDouble(v -> (float) v).sum())
                        .isBetween(0.9999, 1.0001);
            });
        }
    }

    @Test
    void run_sequenceOfTensors_givesEachWithItsShape() {
        byte[] bytes = new OnnxGraph()
                .input("x", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                .outputSequence("s", ElementType.FLOAT32)
                .node("SplitToSequence", List.of("x"), List.of("s"), Attribute.of("axis", 0))
                .toModel();
        try (LoadedModel model = load(bytes)) {
            Map<String, Value> outputs = model.run(Map.of("x", Tensor.ofRows(new float[] {1, 2}, new float[] {3, 4})));
            assertThat(outputs)
                    .containsEntry(
                            "s",
                            new SequenceValue(
                                    List.of(Tensor.ofRows(new float[] {1, 2}), Tensor.ofRows(new float[] {3, 4}))));
        }
    }

    @Test
    void run_zipMapOfNoRows_givesNoMaps() {
        try (LoadedModel model = load(OnnxModels.zipMapClassifier(4, 3, 1))) {
            assertThat(model.run(Map.of("x", floats(0, 4))))
                    .isEqualTo(Map.of(
                            "label", Tensor.ofLongs(new long[0], 0), "probabilities", new SequenceValue(List.of())));
        }
    }

    @Test
    void run_emptySequencesOfTensors_areGivenBesideTheOthers() {
        byte[] bytes = new OnnxGraph()
                .input("x", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                .outputSequence("split", ElementType.FLOAT32)
                .outputSequence("nothing", ElementType.STRING)
                .output("y", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                .node("SplitToSequence", List.of("x"), List.of("split"), Attribute.of("axis", 0))
                .node("SequenceEmpty", List.of(), List.of("nothing"), Attribute.of("dtype", 8))
                .node("Identity", List.of("x"), List.of("y"))
                .toModel();
        try (LoadedModel model = load(bytes)) {
            var none = new SequenceValue(List.of());
            assertThat(model.run(Map.of("x", floats(0, 2))))
                    .isEqualTo(Map.of("split", none, "nothing", none, "y", floats(0, 2)));
            assertThat(model.run(Map.of("x", floats(1, 2))))
                    .isEqualTo(Map.of(
                            "split", new SequenceValue(List.of(floats(1, 2))), "nothing", none, "y", floats(1, 2)));
        }
    }

    @Test
    void run_optionalSequenceThatIsEmpty_isThere() {
        byte[] bytes = new OnnxGraph()
                .input("x", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                .outputOptionalSequence("s", ElementType.FLOAT32)
                .node("SplitToSequence", List.of("x"), List.of("split"), Attribute.of("axis", 0))
                .node("Optional", List.of("split"), List.of("s"))
                .toModel(18);
        try (LoadedModel model = load(bytes)) {
            assertThat(model.run(Map.of("x", floats(0, 2)))).isEqualTo(Map.of("s", new SequenceValue(List.of())));
            assertThat(model.run(Map.of("x", floats(1, 2))))
                    .isEqualTo(Map.of("s", new SequenceValue(List.of(floats(1, 2)))));
        }
    }

    @Test
    void run_afterClose_isRefused() {
        LoadedModel model = load(OnnxModels.linear(3, 1, 1));
        model.close();
        assertThatThrownBy(() -> model.run(Map.of("x", floats(1, 3)))).isInstanceOf(IllegalStateException.class);
        model.close();
    }

    @Test
    void run_largeInputs_areNotTruncatedByThePool() {
        try (LoadedModel model = load(OnnxModels.dynamicSum())) {
            for (int rows : new int[] {1, 3_000, 2, 700_000, 1}) {
                Tensor a = random(rows, 2);
                Tensor b = random(rows, 2);
                float[] sum = a.floats();
                float[] other = b.floats();
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += other[i];
                }
                assertThat(model.run(Map.of("a", a, "b", b))).containsEntry("y", Tensor.ofFloats(sum, rows, 2));
            }
        }
    }

    @Test
    void rowScorer_agreesWithRun() {
        for (byte[] bytes : List.of(
                OnnxModels.linear(30, 1, 1),
                OnnxModels.linear(8, 3, 2),
                OnnxModels.mlp(3, 30, 16, 4),
                OnnxModels.trees(12, 10, 4, 5))) {
            try (LoadedModel model = load(bytes)) {
                RowScorer scorer = model.rowScorer().orElseThrow();
                float[] out = new float[scorer.outputs()];
                for (int i = 0; i < 20; i++) {
                    Tensor row = random(1, scorer.features());
                    scorer.score(row.floats(), out);
                    assertThat(out)
                            .containsExactly(at(model.run(Map.of("x", row)), "y", Tensor.class)
                                    .floats());
                }
            }
        }
    }

    @Test
    void rowScorer_severalOutputs_givesTheFirstOfFloats() {
        byte[] bytes = new OnnxGraph()
                .input("x", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                .output("label", ElementType.INT64, Shape.DYNAMIC)
                .output("p", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                .node("ArgMax", List.of("x"), List.of("label"), Attribute.of("axis", 1), Attribute.of("keepdims", 0))
                .node("Identity", List.of("x"), List.of("p"))
                .toModel();
        try (LoadedModel model = load(bytes)) {
            RowScorer scorer = model.rowScorer().orElseThrow();
            float[] out = new float[2];
            scorer.score(new float[] {3, 4}, out);
            assertThat(out).containsExactly(3, 4);
        }
    }

    @Test
    void rowScorer_otherForms_isEmpty() {
        for (byte[] bytes : List.of(
                OnnxModels.dynamicSum(),
                OnnxModels.identity(ElementType.FLOAT64, Shape.DYNAMIC, 3),
                OnnxModels.identity(ElementType.FLOAT32, Shape.DYNAMIC, Shape.DYNAMIC),
                OnnxModels.identity(ElementType.FLOAT32, 32, 3),
                OnnxModels.zipMapClassifier(4, 3, 1))) {
            try (LoadedModel model = load(bytes)) {
                assertThat(model.rowScorer()).isEmpty();
            }
        }
    }

    @Test
    void rowScorer_wrongLengths_areRefused() {
        try (LoadedModel model = load(OnnxModels.linear(8, 3, 2))) {
            RowScorer scorer = model.rowScorer().orElseThrow();
            assertThatThrownBy(() -> scorer.score(new float[7], new float[3]))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("7")
                    .hasMessageContaining("8");
            assertThatThrownBy(() -> scorer.score(new float[8], new float[2]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void rowScorer_manyThreads_neverMixRows() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try (LoadedModel model = load(OnnxModels.identity(ElementType.FLOAT32, Shape.DYNAMIC, 4))) {
            RowScorer scorer = model.rowScorer().orElseThrow();
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 16; t++) {
                float value = t;
                all.add(threads.submit(() -> {
                    float[] row = {value, -value, 2 * value, 1};
                    float[] out = new float[4];
                    for (int i = 0; i < 2_000; i++) {
                        scorer.score(row, out);
                        assertThat(out).containsExactly(row);
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void load_byAProviderThatThisBuildHasNot_isRefusedWithWhatItHas() {
        var runtime = OnnxRuntime.with(OnnxOptions.defaults().withProvider(OnnxOptions.Provider.CUDA));
        assertThatThrownBy(() -> runtime.load(OnnxModels.verified("m:1", OnnxModels.linear(2, 1, 1))))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("CUDA")
                .hasMessageContaining("[CPU")
                .hasMessageContaining("onnxruntime_gpu");
    }

    @Test
    void load_everyOption_answersAlike() {
        var options = OnnxOptions.defaults()
                .withIntraOpThreads(2)
                .withInterOpThreads(2)
                .withWaiting(OnnxOptions.Waiting.SPIN)
                .withMemory(OnnxOptions.Memory.FREED)
                .withOptimization(OnnxOptions.Optimization.NONE);
        byte[] bytes = OnnxModels.mlp(3, 30, 16, 4);
        Tensor x = Tensor.ofFloats(new float[30], 1, 30);
        try (LoadedModel tuned = OnnxRuntime.with(options).load(OnnxModels.verified("test:1", bytes));
                LoadedModel plain = load(bytes)) {
            assertThat(tuned.run(Map.of("x", x))).isEqualTo(plain.run(Map.of("x", x)));
        }
    }

    private static void assertRejected(LoadedModel model, Map<String, Value> inputs, String... mentioning) {
        assertThatThrownBy(() -> model.run(inputs))
                .isInstanceOf(RejectedInputException.class)
                .hasMessageContaining("test:1")
                .hasMessageContainingAll(mentioning);
    }

    private static <V extends Value> V at(Map<String, Value> outputs, String name, Class<V> type) {
        return type.cast(requireNonNull(outputs.get(name), name));
    }

    private static Tensor floats(long... sizes) {
        return Tensor.ofFloats(new float[(int) Shape.of(sizes).elementCount()], sizes);
    }

    private static Tensor random(int rows, int columns) {
        float[] values = new float[rows * columns];
        var random = new Random(rows);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return Tensor.ofFloats(values, rows, columns);
    }

    private static LoadedModel load(byte[] bytes) {
        return OnnxRuntime.withDefaults().load(OnnxModels.verified("test:1", bytes));
    }
}
