package io.mlops4j.serving.tabular;

import static io.mlops4j.serving.tabular.NotCompiledException.present;
import static io.mlops4j.serving.tabular.NotCompiledException.require;

import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph of known operators from one input of rows of floats. Reading stops at the first thing that is not understood,
 * so that a large graph of another kind costs little. Field numbers are those of {@code onnx-ml.proto} [1].
 *
 * <p>[1] https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx-ml.proto
 *
 * <p>Immutable.
 *
 * @param input the name of the input
 * @param width how many features a row has
 * @param nodes in the order of the file, which ONNX requires to be that of evaluation
 * @param constants by name
 * @param outputs the names of the outputs
 */
record Graph(String input, int width, List<Node> nodes, Map<String, Constant> constants, List<String> outputs) {
    private static final int FLOAT = 1;
    private static final int MAX_NODES = 64;
    private static final int MAX_WIDTH = 1 << 20;

    Graph {
        nodes = List.copyOf(nodes);
        constants = Map.copyOf(constants);
        outputs = List.copyOf(outputs);
    }

    static Graph read(byte[] model) throws MalformedProtoException, NotCompiledException {
        Graph graph = null;
        ProtoReader reader = ProtoReader.of(model);
        while (reader.next()) {
            if (reader.field() == 7) {
                require(graph == null, "one graph");
                graph = graph(reader.message());
            } else {
                require(reader.field() != 20 && reader.field() != 25, "no functions and no training");
            }
        }
        return present(graph, "a graph");
    }

    private static Graph graph(ProtoReader reader) throws MalformedProtoException, NotCompiledException {
        List<Node> nodes = new ArrayList<>();
        Map<String, Constant> constants = new HashMap<>();
        List<Row> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> nodes.add(node(reader.message()));
                case 5 -> require(Constant.readInto(constants, reader.message()), "constants of different names");
                case 11 -> inputs.add(row(reader.message()));
                case 12 -> outputs.add(nameOf(reader.message()));
                case 2, 10, 13, 14, 16 -> {} // names, comments, shapes of what lies between
                default -> throw new NotCompiledException("expected only dense constants");
            }
            require(nodes.size() <= MAX_NODES && inputs.size() <= 1, "few operators, and one input");
        }
        require(inputs.size() == 1, "an input");
        return new Graph(inputs.get(0).name, inputs.get(0).width, nodes, constants, outputs);
    }

    private static Node node(ProtoReader reader) throws MalformedProtoException, NotCompiledException {
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Attribute> attributes = new HashMap<>();
        Operator op = operator(reader.copy());
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> inputs.add(reader.text());
                case 2 -> outputs.add(reader.text());
                case 5 -> {
                    Attribute attribute = Attribute.read(reader.message());
                    require(attributes.put(attribute.name(), attribute) == null, "each attribute once");
                }
                default -> {} // names, the operator
            }
        }
        return new Node(op, inputs, outputs, attributes);
    }

    private static Operator operator(ProtoReader reader) throws MalformedProtoException, NotCompiledException {
        String name = "";
        String domain = "";
        while (reader.next()) {
            if (reader.isBytes() && reader.field() == 4) {
                name = reader.text();
            } else if (reader.isBytes() && reader.field() == 7) {
                domain = reader.text();
            }
        }
        return Operator.of(domain, name).orElseThrow(() -> new NotCompiledException("expected only known operators"));
    }

    /** An input of shape [rows, width]. */
    private record Row(String name, int width) {}

    private static String nameOf(ProtoReader value) throws MalformedProtoException {
        String name = "";
        while (value.next()) {
            if (value.isBytes() && value.field() == 1) {
                name = value.text();
            }
        }
        return name;
    }

    private static Row row(ProtoReader value) throws MalformedProtoException, NotCompiledException {
        List<Long> sizes = new ArrayList<>();
        long type = 0;
        String name = nameOf(value.copy());
        ProtoReader tensor = within(within(value, 2), 1);
        while (tensor.next()) {
            if (tensor.field() == 1) {
                type = tensor.number();
            } else if (tensor.field() == 2) {
                ProtoReader shape = tensor.message();
                while (shape.next()) {
                    sizes.add(size(shape.message()));
                }
            }
        }
        require(type == FLOAT && sizes.size() == 2, "an input of rows of FLOAT32");
        require(sizes.get(1) > 0 && sizes.get(1) <= MAX_WIDTH, "a known number of features");
        return new Row(name, sizes.get(1).intValue());
    }

    private static ProtoReader within(ProtoReader message, int field)
            throws MalformedProtoException, NotCompiledException {
        while (message.next()) {
            if (message.isBytes() && message.field() == field) {
                return message.message();
            }
        }
        throw new NotCompiledException("expected an input of rows of FLOAT32");
    }

    /** A dimension's size, or -1 if it has a name only. */
    private static long size(ProtoReader dimension) throws MalformedProtoException {
        long size = -1;
        while (dimension.next()) {
            if (dimension.isVarint() && dimension.field() == 1) {
                size = dimension.number();
            }
        }
        return size;
    }
}
