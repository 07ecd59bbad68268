package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records as the rows of models. */
final class RowBindingTest {
    private static final long ANY = Shape.DYNAMIC;

    record Passenger(long age, float fare, String port, boolean alone) {}

    record Point(float x, float y, float z) {}

    record Visit(List<String> pages) {}

    record Count(int x) {}

    record Fraction(double x) {}

    @SuppressWarnings("ArrayRecordComponent") // that a binding takes arrays is what is tested
    record History(double[] spent, int visits) {}

    @Test
    void predict_namedInputs_getsEachComponent() {
        var name = ModelName.of("titanic");
        try (ModelServer server = ModelServer.builder()
                .serve(name, OnnxModels.verified("titanic:1", copies()))
                .start()) {
            var passengers = RowBinding.of(Passenger.class, server.signature(name));
            var row = new Passenger(31, 7.25f, "S", true);
            assertThat(server.predict(name, passengers.row(row)).outputs())
                    .containsEntry("age2", Tensor.ofLongs(new long[] {31}, 1, 1))
                    .containsEntry("fare2", Tensor.ofFloats(new float[] {7.25f}, 1, 1))
                    .containsEntry("port2", Tensor.ofStrings(List.of("S"), 1, 1))
                    .containsEntry("alone2", Tensor.ofBooleans(new boolean[] {true}, 1));
            var two = passengers.rows(List.of(row, new Passenger(-2, 0, "", false)));
            assertThat(server.predict(name, two).tensor("age2")).isEqualTo(Tensor.ofLongs(new long[] {31, -2}, 2, 1));
        }
    }

    @Test
    void predict_columnsOfOneInput_getTheComponentsInOrder() {
        var name = ModelName.of("linear");
        try (ModelServer server = ModelServer.builder()
                .serve(name, OnnxModels.verified("linear:1", OnnxModels.linear(3, 1, 1)))
                .start()) {
            var points = RowBinding.of(Point.class, new Signature(List.of(floats("in", ANY, 3)), List.of()));
            Map<String, Value> in = points.rows(List.of(new Point(1, 2, 3), new Point(4, 5, 6)));
            assertThat(in).containsExactly(Map.entry("in", Tensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)));
            assertThat(server.predict(name, Map.of("x", in.get("in")))
                            .tensor("y")
                            .elementCount())
                    .isEqualTo(2);
        }
    }

    @Test
    void rows_arrays_areTheColumnsOfTheirInput() {
        var binding = bind(
                History.class,
                TensorSpec.of("spent", ElementType.FLOAT64, ANY, ANY),
                TensorSpec.of("visits", ElementType.UINT8, ANY));
        assertThat(binding.rows(List.of(new History(new double[] {1, 2}, 200), new History(new double[] {3, 4}, 0))))
                .containsEntry("spent", Tensor.ofDoubles(new double[] {1, 2, 3, 4}, 2, 2))
                .containsEntry("visits", Tensor.ofIntegers(ElementType.UINT8, new long[] {200, 0}, 2));
        assertRejected(
                () -> binding.rows(List.of(new History(new double[2], 0), new History(new double[3], 0))),
                "row 1 of input \"spent\"",
                "[3]",
                "[2]");
        assertThat(binding.rows(List.of()))
                .containsEntry("visits", Tensor.ofIntegers(ElementType.UINT8, new long[0], 0));
    }

    @ParameterizedTest
    @EnumSource
    void of_intForEveryType_isBoundOnlyWhereNothingIsLost(ElementType type) {
        var signature = new Signature(List.of(TensorSpec.of("x", type, ANY)), List.of());
        if (type.isInteger() || type == ElementType.FLOAT64) {
            Tensor tensor = (Tensor) RowBinding.of(Count.class, signature)
                    .row(new Count(7))
                    .values()
                    .iterator()
                    .next();
            assertThat(tensor.type()).isEqualTo(type);
            assertThat(type.isInteger() ? tensor.longs()[0] : tensor.doubles()[0])
                    .isEqualTo(type.isInteger() ? 7 : 7.0);
        } else {
            assertUnbound(() -> RowBinding.of(Count.class, signature), "\"x\"", type + "[?]", "int");
        }
    }

    @Test
    void row_valueOutOfRange_isRejectedByName() {
        for (ElementType type : List.of(ElementType.UINT8, ElementType.INT8, ElementType.UINT32, ElementType.UINT64)) {
            var binding = bind(Count.class, TensorSpec.of("x", type, ANY));
            assertRejected(() -> binding.row(new Count(-1000)), "\"x\"", "-1000", type.name());
        }
    }

    @Test
    void row_null_isRejectedByName() {
        var binding = RowBinding.of(Passenger.class, passengers());
        assertRejected(() -> binding.row(new Passenger(1, 1, none(), true)), "row 0 of input \"port\"", "null");
    }

    @Test
    void rows_nullRow_isRejectedByNumber() {
        var binding = RowBinding.of(Passenger.class, passengers());
        var row = new Passenger(1, 1, "S", true);
        assertRejected(() -> binding.rows(Arrays.asList(row, nobody())), "Passenger", "row 1", "null");
        assertRejected(() -> binding.row(nobody()), "row 0", "null");
    }

    @Test
    void row_moreRowsThanTheModelTakes_isRejected() {
        var binding = bind(Count.class, TensorSpec.of("x", ElementType.INT64, 1));
        assertRejected(() -> binding.rows(List.of(new Count(1), new Count(2))), "\"x\"", "2 rows", "expected 1");
    }

    @Test
    void of_mismatches_areNamedAtOnce() {
        assertUnbound(() -> bind(Count.class, floats("y", ANY)), "component x", "\"y\"");
        assertUnbound(
                () -> bind(Count.class, TensorSpec.of("x", ElementType.INT64, ANY), floats("y\n", ANY)), "\"y\\n\"");
        assertUnbound(() -> bind(Fraction.class, floats("x", ANY)), "\"x\"", "FLOAT32[?]", "double");
        assertUnbound(() -> bind(Point.class, floats("in", ANY, 4)), "[?, 4]", "[rows, 3]");
        assertUnbound(() -> bind(Count.class, TensorSpec.of("x", ElementType.INT64, ANY, 2)), "[?, 2]", "[rows, 1]");
        assertUnbound(() -> bind(Count.class, TensorSpec.of("x", ElementType.INT64)), "[]");
        assertUnbound(() -> bind(Visit.class, TensorSpec.of("pages", ElementType.STRING, ANY)), "List", "STRING");
        assertUnbound(() -> bind(Count.class, new MapSpec("x", ElementType.INT64, ElementType.INT64)), "MapSpec");
    }

    @Test
    void of_optionalInput_mayHaveNoComponent() {
        var mask = new OptionalSpec("mask", TensorSpec.of("", ElementType.BOOL, ANY));
        var binding = bind(Count.class, TensorSpec.of("x", ElementType.INT64, ANY), mask);
        assertThat(binding.row(new Count(1))).containsOnlyKeys("x");
        var optional = bind(Count.class, new OptionalSpec("x", TensorSpec.of("", ElementType.INT64, ANY)));
        assertThat(optional.row(new Count(1))).containsEntry("x", Tensor.ofLongs(new long[] {1}, 1));
    }

    private static <R extends Record> RowBinding<R> bind(Class<R> type, ValueSpec... inputs) {
        return RowBinding.of(type, new Signature(List.of(inputs), List.of()));
    }

    private static TensorSpec floats(String name, long... sizes) {
        return TensorSpec.of(name, ElementType.FLOAT32, sizes);
    }

    private static Signature passengers() {
        return new Signature(
                List.of(
                        TensorSpec.of("age", ElementType.INT64, ANY, 1),
                        floats("fare", ANY, 1),
                        TensorSpec.of("port", ElementType.STRING, ANY, 1),
                        TensorSpec.of("alone", ElementType.BOOL, ANY)),
                List.of());
    }

    private static byte[] copies() {
        var graph = new OnnxGraph();
        for (ValueSpec spec : passengers().inputs()) {
            var tensor = (TensorSpec) spec;
            graph.input(tensor.name(), tensor.type(), tensor.shape().sizes())
                    .output(tensor.name() + "2", tensor.type(), tensor.shape().sizes())
                    .node("Identity", List.of(tensor.name()), List.of(tensor.name() + "2"));
        }
        return graph.toModel();
    }

    @SuppressWarnings("NullAway") // what a caller without the checker may do
    private static Passenger nobody() {
        return null;
    }

    @SuppressWarnings("NullAway") // what a caller without the checker may do
    private static String none() {
        return null;
    }

    private static void assertRejected(Runnable act, String... mentioning) {
        assertThatThrownBy(act::run).isInstanceOf(RejectedInputException.class).hasMessageContainingAll(mentioning);
    }

    private static void assertUnbound(Runnable act, String... mentioning) {
        assertThatThrownBy(act::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(mentioning);
    }
}
