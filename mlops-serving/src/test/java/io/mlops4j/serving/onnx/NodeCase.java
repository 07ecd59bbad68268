package io.mlops4j.serving.onnx;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import io.mlops4j.serving.onnx.OnnxData.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One node test of the ONNX standard: a model of one operator, inputs for it, and the outputs of the reference
 * implementation in Python.
 *
 * @param name the test's name
 * @param model the model
 * @param inputs by name; an optional one that is absent is left out
 * @param expected by name, likewise
 */
record NodeCase(String name, VerifiedModel model, Map<String, Value> inputs, Map<String, Value> expected) {
    /** Where Debian's package libonnx-testdata puts them. */
    static final Path FOLDER = Path.of("/usr/share/libonnx-testdata/data/node");

    private static final int TENSOR = 1;
    private static final int SEQUENCE = 4;
    private static final int OPTIONAL = 9;

    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_OUTPUT = 12;

    static List<Path> all() throws IOException {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    static NodeCase read(Path folder) throws IOException, MalformedProtoException, UnsupportedException {
        byte[] bytes = Files.readAllBytes(folder.resolve("model.onnx"));
        String name = String.valueOf(folder.getFileName());
        Path data = folder.resolve("test_data_set_0");
        ModelScan.Findings declared = ModelScan.of(bytes);
        return new NodeCase(
                name,
                OnnxModels.verified(name, bytes),
                asDeclared(declared.inputs(), values(kinds(bytes, GRAPH_INPUT), data, "input_")),
                asDeclared(declared.outputs(), values(kinds(bytes, GRAPH_OUTPUT), data, "output_")));
    }

    /** NumPy has no bfloat16: the reference implementation wrote its bits down as uint16. */
    private static Map<String, Value> asDeclared(Map<String, ValueSpec> declared, Map<String, Value> values) {
        values.replaceAll((name, value) -> value instanceof Tensor tensor
                        && tensor.type() == ElementType.UINT16
                        && declared.get(name) instanceof TensorSpec spec
                        && spec.type() == ElementType.BFLOAT16
                ? Tensor.ofData(ElementType.BFLOAT16, tensor.data(), tensor.shape())
                : value);
        return values;
    }

    private static Map<String, Value> values(Map<String, Integer> kinds, Path data, String prefix)
            throws IOException, MalformedProtoException, UnsupportedException {
        Map<String, Value> values = new LinkedHashMap<>();
        int i = 0;
        for (Map.Entry<String, Integer> kind : kinds.entrySet()) {
            Path file = data.resolve(prefix + i++ + ".pb");
            if (Files.exists(file)) {
                value(kind.getValue(), Files.readAllBytes(file)).ifPresent(value -> values.put(kind.getKey(), value));
            }
        }
        return values;
    }

    private static Optional<Value> value(int kind, byte[] file) throws MalformedProtoException, UnsupportedException {
        ProtoReader reader = ProtoReader.of(file);
        return switch (kind) {
            case TENSOR -> Optional.of(OnnxData.tensor(reader));
            case SEQUENCE -> Optional.of(OnnxData.sequence(reader));
            case OPTIONAL -> OnnxData.optional(reader);
            default -> throw new UnsupportedException("a value of kind " + kind);
        };
    }

    /** The names of the graph's inputs or outputs, in order, with the field of TypeProto that says what they are. */
    private static Map<String, Integer> kinds(byte[] model, int field) throws MalformedProtoException {
        Map<String, Integer> kinds = new LinkedHashMap<>();
        for (ProtoReader graph : messages(ProtoReader.of(model), 7)) {
            for (ProtoReader value : messages(graph, field)) {
                String name = "";
                int kind = 0;
                while (value.next()) {
                    if (value.field() == 1) {
                        name = value.text();
                    } else if (value.field() == 2) {
                        ProtoReader type = value.message();
                        kind = type.next() ? type.field() : 0;
                    }
                }
                kinds.put(name, kind);
            }
        }
        return kinds;
    }

    private static List<ProtoReader> messages(ProtoReader reader, int field) throws MalformedProtoException {
        List<ProtoReader> found = new ArrayList<>();
        while (reader.next()) {
            if (reader.isBytes() && reader.field() == field) {
                found.add(reader.message());
            }
        }
        return found;
    }
}
