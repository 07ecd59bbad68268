package io.mlops4j.serving.tabular;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.OnnxGraph;
import io.mlops4j.serving.OnnxGraph.Attribute;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What exporters put around the model itself is compiled with it. */
final class PipelineParityTest {
    private static final int ROWS = 200;
    private static final Attribute LABELS = Attribute.ofStrings("classlabels_strings", "a", "b", "c");

    static Stream<Arguments> pipelines() {
        return Stream.of(
                Arguments.of(
                        "scaler, logistic regression, normaliser, maps",
                        graph().output("label", ElementType.STRING, Shape.DYNAMIC)
                                .outputStringMaps("maps")
                                .node(OnnxGraph.ML, "Scaler", List.of("x"), List.of("s"), scaler())
                                .node(
                                        OnnxGraph.ML,
                                        "LinearClassifier",
                                        List.of("s"),
                                        List.of("l", "p"),
                                        coefficients(9),
                                        Attribute.ofFloats("intercepts", 0.1f, -0.2f, 0.3f),
                                        LABELS,
                                        Attribute.of("multi_class", 1),
                                        Attribute.of("post_transform", "SOFTMAX"))
                                .node(
                                        OnnxGraph.ML,
                                        "Normalizer",
                                        List.of("p"),
                                        List.of("n"),
                                        Attribute.of("norm", "L1"))
                                .node("Identity", List.of("l"), List.of("label"))
                                .node(OnnxGraph.ML, "ZipMap", List.of("n"), List.of("maps"), LABELS)),
                Arguments.of(
                        "two classes of one against the rest",
                        graph().output("label", ElementType.INT64, Shape.DYNAMIC)
                                .output("p", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                                .node(
                                        OnnxGraph.ML,
                                        "LinearClassifier",
                                        List.of("x"),
                                        List.of("l", "p"),
                                        Attribute.ofFloats("coefficients", -1, 2, -0.5f, 1, -2, 0.5f),
                                        Attribute.ofFloats("intercepts", -0.25f, 0.25f),
                                        Attribute.ofLongs("classlabels_ints", 4, 9),
                                        Attribute.of("post_transform", "LOGISTIC"))
                                .node("Cast", List.of("l"), List.of("label"), Attribute.of("to", 7))),
                Arguments.of(
                        "imputer, linear regressor",
                        graph().output("y", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                                .node(
                                        OnnxGraph.ML,
                                        "Imputer",
                                        List.of("x"),
                                        List.of("i"),
                                        Attribute.ofFloats("imputed_value_floats", 1, 2, 3),
                                        Attribute.ofFloat("replaced_value_float", Float.NaN))
                                .node(
                                        OnnxGraph.ML,
                                        "LinearRegressor",
                                        List.of("i"),
                                        List.of("y"),
                                        coefficients(6),
                                        Attribute.ofFloats("intercepts", 0.5f, -0.5f),
                                        Attribute.of("targets", 2))),
                Arguments.of(
                        "imputer of zeros, trees",
                        graph().output("y", ElementType.FLOAT32, Shape.DYNAMIC, 1)
                                .node(
                                        OnnxGraph.ML,
                                        "Imputer",
                                        List.of("x"),
                                        List.of("i"),
                                        Attribute.ofFloats("imputed_value_floats", 1))
                                .node(OnnxGraph.ML, "TreeEnsembleRegressor", List.of("i"), List.of("y"), stump())),
                Arguments.of(
                        "scaler, trees, exponential",
                        graph().output("y", ElementType.FLOAT32, Shape.DYNAMIC, 1)
                                .node(OnnxGraph.ML, "Scaler", List.of("x"), List.of("s"), scaler())
                                .node(OnnxGraph.ML, "TreeEnsembleRegressor", List.of("s"), List.of("t"), stump())
                                .node("Exp", List.of("t"), List.of("y"))),
                Arguments.of(
                        "product, sum, reshape",
                        graph().output("y", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                                .weights("w", new float[] {1, 2, 3, 4, 5, 6}, 3, 2)
                                .weights("b", new float[] {0.5f, -0.5f}, 2)
                                .shape("to", -1, 2)
                                .node("MatMul", List.of("x", "w"), List.of("xw"))
                                .node("Add", List.of("xw", "b"), List.of("z"))
                                .node("Reshape", List.of("z", "to"), List.of("y"))),
                Arguments.of(
                        "transposed Gemm",
                        graph().output("y", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                                .weights("w", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
                                .weights("b", new float[] {0.5f, -0.5f}, 1, 2)
                                .node("Gemm", List.of("x", "w", "b"), List.of("y"), Attribute.of("transB", 1))),
                Arguments.of(
                        "Gemm",
                        graph().output("y", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                                .weights("w", new float[] {1, 2, 3, 4, 5, 6}, 3, 2)
                                .weights("b", new float[] {0.5f, -0.5f}, 2)
                                .node("Gemm", List.of("x", "w", "b"), List.of("y"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pipelines")
    void load_pipeline_isCompiledAndAgrees(String what, OnnxGraph graph) {
        VerifiedModel model = OnnxModels.verified("pipeline:1", graph.toModel());
        Map<String, Value> rows = Map.of("x", Tensor.ofFloats(rows(), ROWS, 3));
        try (LoadedModel compiled = CompiledRuntime.withDefaults().load(model);
                LoadedModel reference = OnnxRuntime.withDefaults().load(model)) {
            assertThat(compiled.runtime("?")).isEqualTo("compiled");
            Map<String, Value> ours = compiled.run(rows);
            reference.run(rows).forEach((name, value) -> {
                Value mine = requireNonNull(ours.get(name));
                if (value instanceof Tensor tensor && tensor.type() != ElementType.FLOAT32) {
                    assertThat(mine).isEqualTo(tensor);
                } else {
                    assertClose(numbers(mine), numbers(value));
                }
            });
        }
    }

    private static void assertClose(List<Double> ours, List<Double> theirs) {
        assertThat(ours).hasSameSizeAs(theirs);
        for (int i = 0; i < ours.size(); i++) {
            double expected = theirs.get(i);
            if (Double.isNaN(expected)) {
                assertThat(ours.get(i)).isNaN();
            } else {
                assertThat(ours.get(i)).isCloseTo(expected, within(2e-6 * Math.max(1, Math.abs(expected))));
            }
        }
    }

    private static List<Double> numbers(Value value) {
        List<Double> numbers = new ArrayList<>();
        if (value instanceof Tensor tensor) {
            for (double number : tensor.doubles()) {
                numbers.add(number);
            }
        } else {
            ((SequenceValue) value).values().forEach(row -> ((MapValue) row)
                    .entries()
                    .forEach((key, number) -> numbers.add(((Float) number).doubleValue())));
        }
        return numbers;
    }

    private static float[] rows() {
        var random = new Random(3);
        float[] rows = new float[ROWS * 3];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = switch (random.nextInt(10)) {
                case 0 -> Float.NaN;
                case 1 -> 0;
                default -> (float) random.nextGaussian() * 3;
            };
        }
        return rows;
    }

    private static OnnxGraph graph() {
        return new OnnxGraph().input("x", ElementType.FLOAT32, Shape.DYNAMIC, 3);
    }

    private static Attribute[] scaler() {
        return new Attribute[] {Attribute.ofFloats("offset", 0.5f, -1, 2), Attribute.ofFloats("scale", 2, 0.3f, 1)};
    }

    private static Attribute coefficients(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (i * 7 % 5 - 2) / 3f;
        }
        return Attribute.ofFloats("coefficients", values);
    }

    private static Attribute[] stump() {
        return Ensemble.stump().with("n", Attribute.of("n_targets", 1)).attributes("target");
    }
}
