package io.mlops4j.serving;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.serving.internal.ProtoWriter;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Builds an ONNX graph field by field, and a model around it; numbers are those of {@code onnx-ml.proto}. Opset 13, and
 * 3 of {@code ai.onnx.ml}.
 */
public final class OnnxGraph {
    /** The domain of trees, scalers and ZipMap. */
    public static final String ML = "ai.onnx.ml";

    private static final int IR_VERSION = 8;
    private static final int OPSET = 13;
    private static final int ML_OPSET = 3;

    private final ProtoWriter graph = new ProtoWriter();

    /** Starts an empty graph. */
    public OnnxGraph() {
        graph.text(2, "g");
    }

    /** Declares an input tensor. */
    public OnnxGraph input(String name, ElementType type, long... sizes) {
        graph.message(11, value -> tensorInfo(value, name, type, Shape.of(sizes)));
        return this;
    }

    /** Declares an input tensor without saying its shape. */
    public OnnxGraph inputOfAnyShape(String name, ElementType type) {
        graph.message(11, value -> value.text(1, name)
                .message(2, t -> t.message(1, tensor -> tensor.number(1, number(type)))));
        return this;
    }

    /** Declares an output tensor without saying its shape. */
    public OnnxGraph outputOfAnyShape(String name, ElementType type) {
        graph.message(12, value -> value.text(1, name)
                .message(2, t -> t.message(1, tensor -> tensor.number(1, number(type)))));
        return this;
    }

    /** Declares an input that is an optional tensor. */
    public OnnxGraph inputOptional(String name, ElementType type, long... sizes) {
        return optional(11, name, type, Shape.of(sizes));
    }

    /** Declares an output that is an optional tensor. */
    public OnnxGraph outputOptional(String name, ElementType type, long... sizes) {
        return optional(12, name, type, Shape.of(sizes));
    }

    /** Declares an output that is an optional sequence of tensors. */
    public OnnxGraph outputOptionalSequence(String name, ElementType type) {
        graph.message(12, value -> value.text(1, name)
                .message(
                        2,
                        t -> t.message(
                                9,
                                o -> o.message(
                                        1,
                                        e -> e.message(
                                                4,
                                                s -> s.message(
                                                        1, x -> x.message(1, n -> n.number(1, number(type)))))))));
        return this;
    }

    private OnnxGraph optional(int field, String name, ElementType type, Shape shape) {
        graph.message(field, value -> value.text(1, name)
                .message(2, t -> t.message(9, o -> o.message(1, e -> tensorType(e, type, shape)))));
        return this;
    }

    /** Declares an output tensor. */
    public OnnxGraph output(String name, ElementType type, long... sizes) {
        graph.message(12, value -> tensorInfo(value, name, type, Shape.of(sizes)));
        return this;
    }

    /** Declares an output that is a sequence of tensors. */
    public OnnxGraph outputSequence(String name, ElementType type) {
        return sequence(12, name, type);
    }

    /** Declares an input that is a sequence of tensors. */
    public OnnxGraph inputSequence(String name, ElementType type) {
        return sequence(11, name, type);
    }

    private OnnxGraph sequence(int field, String name, ElementType type) {
        graph.message(field, value -> value.text(1, name)
                .message(2, t -> t.message(4, s -> s.message(1, e -> e.message(1, x -> x.number(1, number(type)))))));
        return this;
    }

    /** Declares an output that is a sequence of maps from integers to floats, as ZipMap makes it. */
    public OnnxGraph outputZipMap(String name) {
        return outputMaps(name, ElementType.INT64);
    }

    /** Declares an output that is a sequence of maps from texts to floats. */
    public OnnxGraph outputStringMaps(String name) {
        return outputMaps(name, ElementType.STRING);
    }

    private OnnxGraph outputMaps(String name, ElementType key) {
        graph.message(12, value -> value.text(1, name)
                .message(
                        2,
                        t -> t.message(
                                4,
                                s -> s.message(
                                        1,
                                        e -> e.message(5, map -> map.number(1, number(key))
                                                .message(
                                                        2,
                                                        v -> v.message(
                                                                1, x -> x.number(1, number(ElementType.FLOAT32)))))))));
        return this;
    }

    /** Adds weights. */
    public OnnxGraph weights(String name, float[] values, long... sizes) {
        graph.message(5, tensor -> tensor.numbers(1, sizes)
                .number(2, number(ElementType.FLOAT32))
                .text(8, name)
                .bytes(9, ProtoWriter.floats(values)));
        return this;
    }

    /** Adds a shape, as Reshape takes it. */
    public OnnxGraph shape(String name, long... sizes) {
        graph.message(5, tensor -> tensor.numbers(1, sizes.length)
                .number(2, number(ElementType.INT64))
                .numbers(7, sizes)
                .text(8, name));
        return this;
    }

    /** Adds weights that are kept in another file. */
    public OnnxGraph externalWeights(String name, String location, long offset, long length, long... sizes) {
        graph.message(5, tensor -> external(tensor, name, location, offset, length, sizes));
        return this;
    }

    static void external(ProtoWriter tensor, String name, String location, long offset, long length, long... sizes) {
        tensor.numbers(1, sizes).number(2, number(ElementType.FLOAT32)).text(8, name);
        entry(tensor, "location", location);
        entry(tensor, "offset", Long.toString(offset));
        entry(tensor, "length", Long.toString(length));
        tensor.number(14, 1);
    }

    private static void entry(ProtoWriter tensor, String key, String value) {
        tensor.message(13, e -> e.text(1, key).text(2, value));
    }

    /** Adds a node of the default domain. */
    public OnnxGraph node(String op, List<String> inputs, List<String> outputs, Attribute... attributes) {
        return node("", op, inputs, outputs, attributes);
    }

    /** Adds a node. */
    public OnnxGraph node(
            String domain, String op, List<String> inputs, List<String> outputs, Attribute... attributes) {
        graph.message(1, node -> {
            inputs.forEach(input -> node.text(1, input));
            outputs.forEach(output -> node.text(2, output));
            node.text(4, op);
            for (Attribute attribute : attributes) {
                node.message(5, attribute.content);
            }
            node.text(7, domain);
        });
        return this;
    }

    /** The model's bytes. */
    public byte[] toModel() {
        return toModel(OPSET);
    }

    /** The model's bytes, of another opset. */
    public byte[] toModel(int opsetVersion) {
        return new ProtoWriter()
                .number(1, IR_VERSION)
                .bytes(7, graph.toByteArray())
                .message(8, opset -> opset.text(1, "").number(2, opsetVersion))
                .message(8, opset -> opset.text(1, ML).number(2, ML_OPSET))
                .toByteArray();
    }

    byte[] toGraph() {
        return graph.toByteArray();
    }

    private static void tensorInfo(ProtoWriter value, String name, ElementType type, Shape shape) {
        value.text(1, name).message(2, t -> tensorType(t, type, shape));
    }

    private static void tensorType(ProtoWriter typeProto, ElementType type, Shape shape) {
        typeProto.message(1, tensor -> {
            tensor.number(1, number(type));
            tensor.message(2, dims -> {
                for (long size : shape.sizes()) {
                    dims.message(1, dim -> {
                        if (size == Shape.DYNAMIC) {
                            dim.text(2, "n");
                        } else {
                            dim.number(1, size);
                        }
                    });
                }
            });
        });
    }

    /** The number of an element type in {@code TensorProto.DataType}. */
    public static int number(ElementType type) {
        return switch (type) {
            case FLOAT32 -> 1;
            case UINT8 -> 2;
            case INT8 -> 3;
            case UINT16 -> 4;
            case INT16 -> 5;
            case INT32 -> 6;
            case INT64 -> 7;
            case STRING -> 8;
            case BOOL -> 9;
            case FLOAT16 -> 10;
            case FLOAT64 -> 11;
            case UINT32 -> 12;
            case UINT64 -> 13;
            case BFLOAT16 -> 16;
        };
    }

    /** One attribute of a node. */
    public static final class Attribute {
        private final Consumer<ProtoWriter> content;

        private Attribute(Consumer<ProtoWriter> content) {
            this.content = content;
        }

        /** An integer. */
        public static Attribute of(String name, long value) {
            return new Attribute(a -> a.text(1, name).number(3, value).number(20, 2));
        }

        /** A text. */
        public static Attribute of(String name, String value) {
            return new Attribute(a -> a.text(1, name).text(4, value).number(20, 3));
        }

        /** Integers. */
        public static Attribute ofLongs(String name, long... values) {
            return new Attribute(a -> {
                a.text(1, name);
                Arrays.stream(values).forEach(value -> a.number(8, value));
                a.number(20, 7);
            });
        }

        /** A float. */
        public static Attribute ofFloat(String name, float value) {
            return new Attribute(a -> a.text(1, name).decimal(2, value).number(20, 1));
        }

        /** Floats. */
        public static Attribute ofFloats(String name, float... values) {
            return new Attribute(a -> {
                a.text(1, name);
                for (float value : values) {
                    a.decimal(7, value);
                }
                a.number(20, 6);
            });
        }

        /** Texts. */
        public static Attribute ofStrings(String name, String... values) {
            return new Attribute(a -> {
                a.text(1, name);
                Arrays.stream(values).forEach(value -> a.text(9, value));
                a.number(20, 8);
            });
        }

        /** A subgraph. */
        public static Attribute of(String name, OnnxGraph graph) {
            return new Attribute(a -> a.text(1, name).bytes(6, graph.toGraph()).number(20, 5));
        }

        /** A tensor of floats that is kept in another file. */
        public static Attribute ofExternalTensor(String name, String location, long... sizes) {
            return ofTensor(
                    name, t -> external(t, "", location, 0, 4 * Shape.of(sizes).elementCount(), sizes));
        }

        static Attribute ofTensor(String name, Consumer<ProtoWriter> tensor) {
            return new Attribute(a -> a.text(1, name).message(5, tensor).number(20, 4));
        }
    }
}
