package io.mlops4j.serving;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.serving.OnnxGraph.Attribute;
import io.mlops4j.serving.internal.ProtoWriter;
import java.util.List;
import java.util.function.Consumer;

/** Models that want to harm whoever loads or runs them. */
final class HostileModels {
    private static final long ANY = Shape.DYNAMIC;

    private HostileModels() {}

    /** Concatenates {@code x[?]} with itself for ever. */
    static byte[] growing() {
        return loop(new OnnxGraph()
                .input("i", ElementType.INT64)
                .input("go", ElementType.BOOL)
                .inputOfAnyShape("v", ElementType.FLOAT32)
                .output("on", ElementType.BOOL)
                .outputOfAnyShape("w", ElementType.FLOAT32)
                .node("Identity", List.of("go"), List.of("on"))
                .node("Concat", List.of("v", "v"), List.of("w"), Attribute.of("axis", 0)));
    }

    /** A loop for ever around a loop for ever. */
    static byte[] loopInALoop() {
        var inner = body("v", "w");
        var outer = new OnnxGraph()
                .input("i", ElementType.INT64)
                .input("go", ElementType.BOOL)
                .inputOfAnyShape("u", ElementType.FLOAT32)
                .output("on", ElementType.BOOL)
                .outputOfAnyShape("z", ElementType.FLOAT32)
                .node("Identity", List.of("go"), List.of("on"))
                .node("Loop", List.of("", "go", "u"), List.of("z"), Attribute.of("body", inner));
        return loop(outer);
    }

    private static OnnxGraph body(String in, String out) {
        return new OnnxGraph()
                .input("i2", ElementType.INT64)
                .input("go2", ElementType.BOOL)
                .inputOfAnyShape(in, ElementType.FLOAT32)
                .output("on2", ElementType.BOOL)
                .outputOfAnyShape(out, ElementType.FLOAT32)
                .node("Identity", List.of("go2"), List.of("on2"))
                .node("Identity", List.of(in), List.of(out));
    }

    private static byte[] loop(OnnxGraph body) {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY)
                .outputOfAnyShape("y", ElementType.FLOAT32)
                .node("Constant", List.of(), List.of("t"), Attribute.ofTensor("value", t -> t.number(
                                2, OnnxGraph.number(ElementType.BOOL))
                        .bytes(9, new byte[] {1})))
                .node("Loop", List.of("", "t", "x"), List.of("y"), Attribute.of("body", body))
                .toModel();
    }

    /** A tensor of zeros as large as the request says. */
    static byte[] memoryOnDemand() {
        return new OnnxGraph()
                .input("s", ElementType.INT64, ANY)
                .outputOfAnyShape("y", ElementType.FLOAT32)
                .node("ConstantOfShape", List.of("s"), List.of("y"))
                .toModel();
    }

    /** A tensor of zeros, huge from the start. */
    static byte[] memory(long... sizes) {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY)
                .outputOfAnyShape("y", ElementType.FLOAT32)
                .outputOfAnyShape("z", ElementType.FLOAT32)
                .shape("s", sizes)
                .node("ConstantOfShape", List.of("s"), List.of("y"))
                .node("Identity", List.of("x"), List.of("z"))
                .toModel();
    }

    /** Multiplies matrices of constants again and again: a runtime that folds constants does so while it loads. */
    static byte[] constants(int size, int times) {
        var graph = new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY)
                .outputOfAnyShape("y", ElementType.FLOAT32)
                .outputOfAnyShape("z", ElementType.FLOAT32)
                .shape("s", size, size)
                .node("ConstantOfShape", List.of("s"), List.of("v0"))
                .node("Identity", List.of("x"), List.of("z"));
        for (int i = 0; i < times; i++) {
            graph.node("MatMul", List.of("v" + i, "v" + i), List.of(i == times - 1 ? "y" : "v" + (i + 1)));
        }
        return graph.toModel();
    }

    /** A node that waits for a node that waits for it. */
    static byte[] cyclic() {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, 1)
                .output("y", ElementType.FLOAT32, 1)
                .node("Add", List.of("x", "b"), List.of("a"))
                .node("Neg", List.of("a"), List.of("b"))
                .node("Neg", List.of("b"), List.of("y"))
                .toModel();
    }

    /** Functions, each calling the next one so many times; the last one is Neg, or the first again. */
    static byte[] functions(int count, int calls, boolean endless) {
        var model = new ProtoWriter().number(1, 8);
        model.message(7, graph -> {
            graph.message(1, node -> call(node, "f0", "h", "x", "y")).text(2, "g");
            graph.message(11, HostileModels.floats("x")).message(12, HostileModels.floats("y"));
        });
        opsets(model, 8);
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            String callee = last ? (endless ? "f0" : "Neg") : "f" + (i + 1);
            String name = "f" + i;
            model.message(25, function -> {
                function.text(1, name).text(4, "v0").text(5, "v" + calls);
                for (int j = 0; j < calls; j++) {
                    String from = "v" + j;
                    String to = "v" + (j + 1);
                    function.message(7, node -> call(node, callee, callee.equals("Neg") ? "" : "h", from, to));
                }
                opsets(function, 9);
                function.text(10, "h");
            });
        }
        return model.toByteArray();
    }

    private static void call(ProtoWriter node, String op, String domain, String from, String to) {
        node.text(1, from).text(2, to).text(4, op).text(7, domain);
    }

    private static void opsets(ProtoWriter writer, int field) {
        writer.message(field, opset -> opset.text(1, "").number(2, 13));
        writer.message(field, opset -> opset.text(1, "h").number(2, 1));
    }

    private static Consumer<ProtoWriter> floats(String name) {
        return value -> value.text(1, name).message(2, type -> type.message(1, tensor -> tensor.number(1, 1)));
    }

    /** One tree that is one long branch; with {@code endless}, the end of it is its beginning. */
    static byte[] branch(int depth, boolean endless) {
        int nodes = 2 * depth + 1;
        long[] ids = new long[nodes];
        long[] ifTrue = new long[nodes];
        long[] ifFalse = new long[nodes];
        float[] thresholds = new float[nodes];
        String[] modes = new String[nodes];
        long[] leaves = new long[depth + 1];
        float[] weights = new float[depth + 1];
        for (int i = 0; i < nodes; i++) {
            ids[i] = i;
            modes[i] = i < depth ? "BRANCH_LEQ" : "LEAF";
            if (i < depth) {
                ifTrue[i] = i + 1 < depth ? i + 1 : (endless ? 0 : nodes - 1);
                ifFalse[i] = (long) depth + i;
            } else {
                leaves[i - depth] = i;
            }
        }
        return tree(ids, thresholds, modes, ifTrue, ifFalse, leaves, weights);
    }

    /** A tree in which two nodes below the root lead to each other for what is small, and nothing else does. */
    static byte[] roundabout() {
        return tree(
                new long[] {0, 1, 2, 3, 4, 5},
                new float[] {-5, -5, -5, 0, 0, 0},
                new String[] {"BRANCH_LEQ", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"},
                new long[] {1, 2, 1, 0, 0, 0},
                new long[] {3, 4, 5, 0, 0, 0},
                new long[] {3, 4, 5},
                new float[] {1, 2, 3});
    }

    private static byte[] tree(
            long[] ids,
            float[] thresholds,
            String[] modes,
            long[] ifTrue,
            long[] ifFalse,
            long[] leaves,
            float[] weights) {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, ANY, 1)
                .output("y", ElementType.FLOAT32, ANY, 1)
                .node(
                        OnnxGraph.ML,
                        "TreeEnsembleRegressor",
                        List.of("x"),
                        List.of("y"),
                        Attribute.ofLongs("nodes_treeids", new long[ids.length]),
                        Attribute.ofLongs("nodes_nodeids", ids),
                        Attribute.ofLongs("nodes_featureids", new long[ids.length]),
                        Attribute.ofFloats("nodes_values", thresholds),
                        Attribute.ofStrings("nodes_modes", modes),
                        Attribute.ofLongs("nodes_truenodeids", ifTrue),
                        Attribute.ofLongs("nodes_falsenodeids", ifFalse),
                        Attribute.ofLongs("target_treeids", new long[leaves.length]),
                        Attribute.ofLongs("target_nodeids", leaves),
                        Attribute.ofLongs("target_ids", new long[leaves.length]),
                        Attribute.ofFloats("target_weights", weights),
                        Attribute.of("n_targets", 1))
                .toModel();
    }

    /** Says of its weights that they are larger than they are. */
    static byte[] weights(long... sizes) {
        return new OnnxGraph()
                .outputOfAnyShape("y", ElementType.FLOAT32)
                .weights("w", new float[] {1, 2}, sizes)
                .node("Identity", List.of("w"), List.of("y"))
                .toModel();
    }

    /** {@code y = -x} with any bytes for the name of x. */
    static byte[] named(byte[] name) {
        return new ProtoWriter()
                .number(1, 8)
                .message(7, graph -> graph.message(
                                1, node -> node.bytes(1, name).text(2, "y").text(4, "Neg"))
                        .text(2, "g")
                        .message(11, value -> value.bytes(1, name)
                                .message(2, type -> type.message(1, tensor -> tensor.number(1, 1))))
                        .message(12, floats("y")))
                .message(8, opset -> opset.text(1, "").number(2, 13))
                .toByteArray();
    }

    /** Gives its optional input, or, with {@code x} left out, nothing. */
    static byte[] optionalOutput() {
        return new OnnxGraph()
                .input("c", ElementType.BOOL)
                .inputOptional("x", ElementType.FLOAT32, ANY)
                .outputOptional("y", ElementType.FLOAT32, ANY)
                .node("Identity", List.of("x"), List.of("y"))
                .toModel(16);
    }
}
