package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Value;
import io.mlops4j.serving.Batchability.Verdict;
import io.mlops4j.serving.OnnxGraph.Attribute;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which models may be batched, found out at load. */
final class BatchProbeTest {
    private static final ModelName NAME = ModelName.of("probed");
    static final int F = 8;

    static Stream<Arguments> influenced() {
        return Stream.of(
                influenced("dynamic quantisation of the input", g -> quantised(g, "x", "y")),
                influenced(
                        "dynamic quantisation in the middle",
                        g -> quantised(relu(dense(g, "x", "h"), "h", "r"), "r", "y")),
                influenced(
                        "dynamic quantisation of bounded values",
                        g -> quantised(unary(g, "Sigmoid", "x", "s"), "s", "y")),
                influenced("dynamic quantisation of tanh", g -> quantised(unary(g, "Tanh", "x", "s"), "s", "y")),
                influenced(
                        "dynamic quantisation of normalised rows", g -> quantised(softmax(g, "x", "s", 1), "s", "y")),
                influenced("dynamic quantisation with a residual", g -> add(quantised(g, "x", "q"), "q", "x", "y")),
                influenced(
                        "dynamic quantisation twice", g -> quantised(relu(quantised(g, "x", "h"), "h", "r"), "r", "y")),
                influenced("dynamic quantisation and back", BatchProbeTest::roundTrip),
                influenced("softmax over the rows", g -> softmax(g, "x", "y", 0)),
                influenced("mean over the rows taken away", g -> g.node(
                                "ReduceMean", List.of("x"), List.of("m"), Attribute.ofLongs("axes", 0))
                        .node("Sub", List.of("x", "m"), List.of("y"))),
                influenced("maximum over the rows", g -> g.node(
                                "ReduceMax", List.of("x"), List.of("m"), Attribute.ofLongs("axes", 0))
                        .node("Div", List.of("x", "m"), List.of("y"))),
                influenced("running sum over the rows", g -> g.node("CumSum", List.of("x", "axis0"), List.of("y"))),
                Arguments.of("normalisation over the batch", trainedOn()),
                influenced("attention between the rows", g -> g.node("Transpose", List.of("x"), List.of("t"))
                        .node("MatMul", List.of("x", "t"), List.of("s"))
                        .node("Softmax", List.of("s"), List.of("a"))
                        .node("MatMul", List.of("a", "x"), List.of("y"))),
                influenced("rows divided by their number", g -> g.node("Shape", List.of("x"), List.of("shape"))
                        .node("Cast", List.of("shape"), List.of("sizes"), Attribute.of("to", 1))
                        .node("ReduceMax", List.of("sizes"), List.of("n"))
                        .node("Div", List.of("x", "n"), List.of("y"))));
    }

    static Stream<Arguments> independent() {
        return Stream.of(
                Arguments.of("linear", OnnxModels.linear(F, 3, 1)),
                Arguments.of("perceptron", OnnxModels.mlp(1, F, 64, 64, 3)),
                Arguments.of("wide perceptron", OnnxModels.mlp(1, 30, 256, 256, 1)),
                Arguments.of("trees", OnnxModels.trees(F, 20, 4, 1)),
                Arguments.of("classifier with maps", OnnxModels.zipMapClassifier(F, 3, 1)),
                Arguments.of("strings", OnnxModels.identity(ElementType.STRING, Shape.DYNAMIC, 2)),
                Arguments.of("integers", OnnxModels.identity(ElementType.INT64, Shape.DYNAMIC, Shape.DYNAMIC)),
                Arguments.of("halves", OnnxModels.identity(ElementType.FLOAT16, Shape.DYNAMIC, 5)),
                Arguments.of("two inputs", OnnxModels.dynamicSum()),
                Arguments.of("softmax of a row", graph(g -> softmax(g, "x", "y", 1))),
                Arguments.of("static quantisation", graph(g -> staticQuantised(g, "x", "y"))),
                Arguments.of(
                        "transcendental functions",
                        graph(g -> unary(
                                unary(unary(unary(g, "Sin", "x", "a"), "Erf", "a", "b"), "Exp", "b", "c"),
                                "Tanh",
                                "c",
                                "y"))),
                Arguments.of("normalisation of a row", graph(g -> layerNorm(g, "x", "y"))),
                Arguments.of("normalisation by what was learned", graph(g -> g.weights("one", ones(), F)
                        .weights("zero", new float[F], F)
                        .node("BatchNormalization", List.of("x", "one", "zero", "zero", "one"), List.of("y")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("influenced")
    void model_whoseRowsInfluenceEachOther_isNeverBatched(String kind, byte[] model) {
        assertThat(probe(model).verdict()).isEqualTo(Verdict.REFUSED);
        Batchability found = tried(model);
        assertThat(found.verdict()).as(found.reason()).isEqualTo(Verdict.REFUSED);
        assertThat(found.reason())
                .doesNotContain("failed")
                .doesNotContain("refused")
                .doesNotContain("not free");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("independent")
    void model_whoseRowsLeaveEachOtherAlone_isBatched(String kind, byte[] model) {
        Batchability found = probe(model);
        assertThat(found.isBatched()).as(found.reason()).isTrue();
    }

    /** The verdict on what a model does, whatever its form tells. */
    static Batchability tried(byte[] bytes) {
        try (LoadedModel model = OnnxRuntime.withDefaults().load(OnnxModels.verified("probed:1", bytes));
                var deadlines = new Deadlines()) {
            return new BatchProbe(new Formless(model), Batching.whenBusy().maxRows(), List.of(), deadlines).judge();
        }
    }

    /** A model that does not tell its form. */
    private record Formless(LoadedModel model) implements LoadedModel {
        @Override
        public Signature signature() {
            return model.signature();
        }

        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            return model.run(inputs);
        }

        @Override
        public void close() {}
    }

    static Batchability probe(byte[] model) {
        try (ModelServer server = ModelServer.builder()
                .batching(Batching.whenBusy())
                .serve(NAME, OnnxModels.verified("probed:1", model))
                .start()) {
            return server.batchability(NAME);
        }
    }

    private static Arguments influenced(String kind, UnaryOperator<OnnxGraph> body) {
        return Arguments.of(kind, graph(body));
    }

    /** Batch normalisation in training mode, which later opsets have. */
    private static byte[] trainedOn() {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, Shape.DYNAMIC, F)
                .output("y", ElementType.FLOAT32, Shape.DYNAMIC, F)
                .weights("one", ones(), F)
                .weights("zero", new float[F], F)
                .node(
                        "BatchNormalization",
                        List.of("x", "one", "zero", "zero", "one"),
                        List.of("y", "mean", "variance"),
                        Attribute.of("training_mode", 1))
                .toModel(15);
    }

    private static byte[] graph(UnaryOperator<OnnxGraph> body) {
        var graph = new OnnxGraph()
                .input("x", ElementType.FLOAT32, Shape.DYNAMIC, F)
                .output("y", ElementType.FLOAT32, Shape.DYNAMIC, F)
                .node("Constant", List.of(), List.of("axis0"), Attribute.ofTensor("value", t -> t.number(
                                2, OnnxGraph.number(ElementType.INT64))
                        .bytes(9, new byte[8])));
        return body.apply(graph).toModel();
    }

    /** What quantisation tools make of a MatMul: quantise by the tensor's range, multiply integers, scale back. */
    static OnnxGraph quantised(OnnxGraph graph, String from, String to) {
        byte[] weights = new byte[F * F];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (i * 37 % 121 - 60);
        }
        return graph.node("DynamicQuantizeLinear", List.of(from), List.of(to + "q", to + "s", to + "z"))
                .node("Constant", List.of(), List.of(to + "w"), Attribute.ofTensor("value", t -> t.numbers(1, F, F)
                        .number(2, OnnxGraph.number(ElementType.INT8))
                        .bytes(9, weights)))
                .node("MatMulInteger", List.of(to + "q", to + "w", to + "z"), List.of(to + "i"))
                .node("Cast", List.of(to + "i"), List.of(to + "f"), Attribute.of("to", 1))
                .weights(to + "ws", new float[] {0.02f})
                .node("Mul", List.of(to + "s", to + "ws"), List.of(to + "scale"))
                .node("Mul", List.of(to + "f", to + "scale"), List.of(to));
    }

    private static OnnxGraph roundTrip(OnnxGraph graph) {
        return graph.node("DynamicQuantizeLinear", List.of("x"), List.of("q", "s", "z"))
                .node("DequantizeLinear", List.of("q", "s", "z"), List.of("y"));
    }

    static OnnxGraph staticQuantised(OnnxGraph graph, String from, String to) {
        return graph.weights(to + "s", new float[] {0.05f})
                .node("Constant", List.of(), List.of(to + "z"), Attribute.ofTensor("value", t -> t.number(
                                2, OnnxGraph.number(ElementType.UINT8))
                        .bytes(9, new byte[] {(byte) 128})))
                .node("QuantizeLinear", List.of(from, to + "s", to + "z"), List.of(to + "q"))
                .node("DequantizeLinear", List.of(to + "q", to + "s", to + "z"), List.of(to + "d"))
                .weights(to + "w", OnnxModels.gaussians(F * F, 3), F, F)
                .node("MatMul", List.of(to + "d", to + "w"), List.of(to));
    }

    static OnnxGraph layerNorm(OnnxGraph graph, String from, String to) {
        return graph.node("ReduceMean", List.of(from), List.of(to + "m"), Attribute.ofLongs("axes", 1))
                .node("Sub", List.of(from, to + "m"), List.of(to + "c"))
                .node("Mul", List.of(to + "c", to + "c"), List.of(to + "cc"))
                .node("ReduceMean", List.of(to + "cc"), List.of(to + "v"), Attribute.ofLongs("axes", 1))
                .node("Sqrt", List.of(to + "v"), List.of(to + "d"))
                .node("Div", List.of(to + "c", to + "d"), List.of(to));
    }

    static OnnxGraph dense(OnnxGraph graph, String from, String to) {
        return graph.weights(to + "w", OnnxModels.gaussians(F * F, 5), F, F)
                .node("MatMul", List.of(from, to + "w"), List.of(to));
    }

    private static OnnxGraph relu(OnnxGraph graph, String from, String to) {
        return unary(graph, "Relu", from, to);
    }

    static OnnxGraph unary(OnnxGraph graph, String op, String from, String to) {
        return graph.node(op, List.of(from), List.of(to));
    }

    static OnnxGraph add(OnnxGraph graph, String a, String b, String to) {
        return graph.node("Add", List.of(a, b), List.of(to));
    }

    static OnnxGraph softmax(OnnxGraph graph, String from, String to, int axis) {
        return graph.node("Softmax", List.of(from), List.of(to), Attribute.of("axis", axis));
    }

    private static float[] ones() {
        float[] ones = new float[F];
        Arrays.fill(ones, 1);
        return ones;
    }
}
