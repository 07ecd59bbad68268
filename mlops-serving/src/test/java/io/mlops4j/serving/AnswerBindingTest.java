package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows of answers as records. */
final class AnswerBindingTest {
    private static final long ANY = Shape.DYNAMIC;

    record Fate(long label, Map<Long, Float> probabilities) {}

    record Named(Map<String, Float> probabilities) {}

    record Raw(@SuppressWarnings("rawtypes") Map probabilities) {}

    record Answer(long age, float fare, String port, boolean alone) {}

    record Point(float a, double b, float c) {}

    record Small(byte x) {}

    record Whole(long x) {}

    record Count(int x) {}

    record Single(float x) {}

    record Exact(double x) {}

    record Nothing() {}

    record Words(List<String> x) {}

    @SuppressWarnings("ArrayRecordComponent") // that a binding gives arrays is what is tested
    record Scores(float[] scores, int label) {}

    record Positive(float x) {
        Positive {
            if (x <= 0) {
                throw new IllegalArgumentException("not positive: " + x);
            }
        }
    }

    @Test
    void rows_zipMapClassifier_areLabelAndProbabilities() {
        var name = ModelName.of("titanic");
        try (ModelServer server = ModelServer.builder()
                .serve(name, OnnxModels.verified("titanic:1", OnnxModels.zipMapClassifier(3, 2, 1)))
                .start()) {
            var fates = AnswerBinding.of(Fate.class, server.signature(name));
            Prediction two = server.predict(name, Map.of("x", Tensor.ofFloats(new float[] {1, 2, 3, -4, 5, 6}, 2, 3)));
            List<Fate> rows = fates.rows(two.outputs());
            assertThat(rows).hasSize(2);
            for (int row = 0; row < 2; row++) {
                assertThat(rows.get(row).label()).isEqualTo(two.tensor("label").longs()[row]);
                var map = (MapValue) two.sequence("probabilities").values().get(row);
                assertThat(rows.get(row).probabilities()).isEqualTo(map.entries());
                assertThat(rows.get(row).probabilities().get(0L)).isBetween(0f, 1f);
            }
            Prediction one = server.predict(name, Map.of("x", Tensor.ofFloats(new float[] {1, 2, 3}, 1, 3)));
            assertThat(fates.row(one.outputs()))
                    .isEqualTo(fates.rows(one.outputs()).get(0));
        }
    }

    @Test
    void row_namedOutputs_areEachComponents() {
        var binding = bind(
                Answer.class,
                TensorSpec.of("age", ElementType.INT64, ANY, 1),
                TensorSpec.of("fare", ElementType.FLOAT32, ANY),
                TensorSpec.of("unasked", ElementType.FLOAT32, ANY, 7),
                TensorSpec.of("port", ElementType.STRING, ANY),
                TensorSpec.of("alone", ElementType.BOOL, ANY, 1));
        assertThat(binding.row(Map.of(
                        "age", Tensor.ofLongs(new long[] {-31}, 1, 1),
                        "fare", Tensor.ofFloats(new float[] {7.25f}, 1),
                        "port", Tensor.ofStrings(List.of("S"), 1),
                        "alone", Tensor.ofBooleans(new boolean[] {true}, 1, 1))))
                .isEqualTo(new Answer(-31, 7.25f, "S", true));
    }

    @Test
    void rows_columnsOfOneOutput_areTheComponentsInOrder() {
        var binding = bind(Point.class, floats("y", ANY, ANY));
        assertThat(binding.rows(Map.of("y", Tensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3))))
                .containsExactly(new Point(1, 2, 3), new Point(4, 5, 6));
        assertFailed(
                () -> binding.rows(Map.of("y", Tensor.ofFloats(new float[4], 2, 2))), "\"y\"", "[2, 2]", "[rows, 3]");
        assertUnbound(() -> bind(Point.class, floats("y", ANY, 4)), "\"y\"", "[?, 4]", "[rows, 3]");
        assertUnbound(() -> bind(Scores.class, floats("y", ANY, 2)), "scores", "no array");
    }

    @Test
    void rows_arrays_areTheRowsOfTheirOutput() {
        var binding = bind(Scores.class, floats("scores", ANY, ANY), TensorSpec.of("label", ElementType.UINT8, ANY));
        List<Scores> rows = binding.rows(Map.of(
                "scores", Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2),
                "label", Tensor.ofIntegers(ElementType.UINT8, new long[] {200, 0}, 2)));
        assertThat(rows.get(0).scores()).containsExactly(1, 2);
        assertThat(rows.get(1).scores()).containsExactly(3, 4);
        assertThat(rows).extracting(Scores::label).containsExactly(200, 0);
        assertThat(binding.rows(Map.of(
                        "scores", Tensor.ofFloats(new float[0], 0, 2),
                        "label", Tensor.ofIntegers(ElementType.UINT8, new long[0], 0))))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void of_everyElementType_isReadOnlyWhereNothingIsLost(ElementType type) {
        TensorSpec x = TensorSpec.of("x", type, ANY);
        assertThat(isBound(Count.class, x)).isEqualTo(type.isInteger());
        assertThat(isBound(Single.class, x)).isEqualTo(type.isFloat() && type != ElementType.FLOAT64);
        assertThat(isBound(Exact.class, x)).isEqualTo(type.isFloat());
    }

    private static boolean isBound(Class<? extends Record> type, ValueSpec output) {
        try {
            bind(type, output);
            return true;
        } catch (IllegalArgumentException e) {
            assertThat(e)
                    .hasMessageContainingAll("\"x\"", output.toString().contains("INT") ? "INT" : "", "component x");
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "INT64, 2147483648",
        "INT64, -2147483649",
        "UINT32, 4294967295",
        "INT64, 9223372036854775807",
        "INT64, -9223372036854775808"
    })
    void row_integerThatDoesNotFit_failsByName(ElementType type, long value) {
        var binding = bind(Count.class, TensorSpec.of("x", type, ANY));
        assertFailed(
                () -> binding.row(Map.of("x", Tensor.ofIntegers(type, new long[] {value}, 1))),
                "\"x\"",
                String.valueOf(value),
                "component x",
                "int");
    }

    @ParameterizedTest
    @CsvSource({"2147483647", "-2147483648", "0", "-1"})
    void row_integerThatFits_isExact(int value) {
        var binding = bind(Count.class, TensorSpec.of("x", ElementType.INT64, ANY));
        assertThat(binding.row(Map.of("x", Tensor.ofLongs(new long[] {value}, 1))))
                .isEqualTo(new Count(value));
    }

    @Test
    void row_unsignedBeyondLong_failsAsTheNumberItIs() {
        var binding = bind(Whole.class, TensorSpec.of("x", ElementType.UINT64, ANY));
        assertFailed(
                () -> binding.row(Map.of("x", Tensor.ofIntegers(ElementType.UINT64, new long[] {-1}, 1))),
                "18446744073709551615");
        var small = bind(Small.class, TensorSpec.of("x", ElementType.UINT8, ANY));
        assertFailed(
                () -> small.row(Map.of("x", Tensor.ofIntegers(ElementType.UINT8, new long[] {128}, 1))), "128", "byte");
        assertThat(small.row(Map.of("x", Tensor.ofIntegers(ElementType.UINT8, new long[] {127}, 1))))
                .isEqualTo(new Small((byte) 127));
    }

    @Test
    void rows_hostileAnswers_failByName() {
        var binding = bind(Fate.class, TensorSpec.of("label", ElementType.INT64, ANY), maps(ElementType.INT64));
        Value labels = Tensor.ofLongs(new long[] {1, 0}, 2);
        Value one = new SequenceValue(List.of(new MapValue(Map.of(0L, 1f))));
        assertFailed(() -> binding.rows(Map.of("label", labels)), "\"probabilities\"", "is missing");
        assertFailed(
                () -> binding.rows(Map.of("label", labels, "probabilities", one)), "\"probabilities\"", "1 rows", "2");
        assertFailed(
                () -> binding.rows(Map.of("label", one, "probabilities", one)), "\"label\"", "SequenceValue", "INT64");
        assertFailed(
                () -> binding.rows(Map.of("label", Tensor.ofLongs(new long[] {1, 0}, 1, 2), "probabilities", one)),
                "\"label\"",
                "[1, 2]");
        assertFailed(
                () -> binding.rows(Map.of("label", Tensor.ofFloats(new float[2], 2), "probabilities", one)),
                "\"label\"",
                "FLOAT32");
        Value words = new SequenceValue(List.of(new MapValue(Map.of("a", 1f))));
        assertFailed(
                () -> binding.rows(Map.of("label", Tensor.ofLongs(new long[] {1}, 1), "probabilities", words)),
                "no map of INT64");
        assertFailed(
                () -> binding.rows(Map.of(
                        "label",
                        Tensor.ofLongs(new long[] {1}, 1),
                        "probabilities",
                        new SequenceValue(List.of(labels)))),
                "no map of INT64");
        Value two = new SequenceValue(List.of(new MapValue(Map.of(0L, 1f)), new MapValue(Map.of(0L, 0f))));
        assertFailed(() -> binding.row(Map.of("label", labels, "probabilities", two)), "2 rows", "expected 1");
        assertThat(binding.rows(Map.of("label", labels, "probabilities", two)))
                .containsExactly(new Fate(1, Map.of(0L, 1f)), new Fate(0, Map.of(0L, 0f)));
    }

    @Test
    void row_valueThatTheRecordRefuses_failsWithItsReason() {
        var binding = bind(Positive.class, floats("x", ANY));
        assertThatThrownBy(() -> binding.rows(Map.of("x", Tensor.ofFloats(new float[] {1, -1}, 2))))
                .isInstanceOf(InferenceException.class)
                .hasMessageContainingAll("Positive", "row 1")
                .hasRootCauseMessage("not positive: -1.0");
    }

    @Test
    void of_mismatches_areNamedAtOnce() {
        assertUnbound(() -> bind(Count.class, floats("y\n", ANY)), "component x", "\"y\\n\"");
        assertUnbound(() -> bind(Count.class, floats("x", ANY)), "\"x\"", "FLOAT32[?]", "int");
        assertUnbound(() -> bind(Single.class, floats("x", ANY, 2)), "[?, 2]", "[rows, 1]");
        assertUnbound(() -> bind(Single.class, floats("x")), "[]");
        assertUnbound(() -> bind(Nothing.class, floats("x", ANY)), "no components");
        assertUnbound(() -> bind(Words.class, TensorSpec.of("x", ElementType.STRING, ANY)), "List", "STRING");
        assertUnbound(
                () -> bind(Single.class, new OptionalSpec("x", TensorSpec.of("", ElementType.FLOAT32, ANY))),
                "\"x\"",
                "OptionalSpec");
        assertUnbound(() -> bind(Named.class, maps(ElementType.INT64)), "Map<Long, Float>", "INT64", "String");
        assertUnbound(() -> bind(Raw.class, maps(ElementType.INT64)), "Map<Long, Float>");
        assertUnbound(() -> bind(Named.class, floats("probabilities", ANY, 2)), "Map", "FLOAT32");
        assertThat(bind(Named.class, maps(ElementType.STRING))
                        .row(Map.of("probabilities", new SequenceValue(List.of(new MapValue(Map.of("yes", 1f))))))
                        .probabilities())
                .containsExactly(Map.entry("yes", 1f));
    }

    private static SequenceSpec maps(ElementType key) {
        return new SequenceSpec("probabilities", new MapSpec("", key, ElementType.FLOAT32));
    }

    private static <R extends Record> AnswerBinding<R> bind(Class<R> type, ValueSpec... outputs) {
        return AnswerBinding.of(type, new Signature(List.of(), List.of(outputs)));
    }

    private static TensorSpec floats(String name, long... sizes) {
        return TensorSpec.of(name, ElementType.FLOAT32, sizes);
    }

    private static void assertFailed(Runnable act, String... mentioning) {
        assertThatThrownBy(act::run).isInstanceOf(InferenceException.class).hasMessageContainingAll(mentioning);
    }

    private static void assertUnbound(Runnable act, String... mentioning) {
        assertThatThrownBy(act::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(mentioning);
    }
}
