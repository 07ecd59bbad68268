package io.mlops4j.serving.onnx;

import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import io.mlops4j.serving.onnx.ExternalTensor.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds what must be known of an ONNX model before a native parser sees it, or what the Java binding does not tell: every
 * tensor that lives outside the model's file, and every input whose shape is not declared. One pass over the bytes,
 * whatever they are; nesting is bounded. Field numbers are those of {@code onnx-ml.proto} [1].
 *
 * <p>[1] https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx-ml.proto
 *
 * <p>Confined to one thread at a time.
 */
final class ModelScan {
    private static final int MAX_DEPTH = 64;

    private final List<ExternalTensor> external = new ArrayList<>();
    private final Set<String> unshaped = new HashSet<>();

    /**
     * What was found.
     *
     * @param external the tensors that are kept outside
     * @param unshapedInputs the names of the inputs that take tensors of any number of dimensions
     */
    record Findings(List<ExternalTensor> external, Set<String> unshapedInputs) {
        Findings {
            external = List.copyOf(external);
            unshapedInputs = Set.copyOf(unshapedInputs);
        }
    }

    private ModelScan() {}

    /**
     * Scans a model.
     *
     * @param model the bytes of a {@code ModelProto}, or any bytes
     * @return what was found
     * @throws MalformedProtoException if the bytes are no such message, or nest too deeply
     */
    static Findings of(byte[] model) throws MalformedProtoException {
        var scan = new ModelScan();
        scan.model(ProtoReader.of(model));
        return new Findings(scan.external, scan.unshaped);
    }

    private void model(ProtoReader model) throws MalformedProtoException {
        while (model.next()) {
            if (!model.isBytes()) {
                continue;
            }
            switch (model.field()) {
                case 7 -> graph(model.message(), 0);
                case 20 -> training(model.message());
                case 25 -> function(model.message());
                default -> {} // names, versions, metadata
            }
        }
    }

    private void training(ProtoReader training) throws MalformedProtoException {
        while (training.next()) {
            if (training.isBytes() && (training.field() == 1 || training.field() == 2)) {
                graph(training.message(), 1);
            }
        }
    }

    private void function(ProtoReader function) throws MalformedProtoException {
        while (function.next()) {
            if (function.isBytes() && function.field() == 7) {
                node(function.message(), 1);
            }
        }
    }

    private void graph(ProtoReader graph, int depth) throws MalformedProtoException {
        if (depth > MAX_DEPTH) {
            throw new MalformedProtoException("graphs nested more than " + MAX_DEPTH + " deep");
        }
        while (graph.next()) {
            if (!graph.isBytes()) {
                continue;
            }
            switch (graph.field()) {
                case 1 -> node(graph.message(), depth);
                case 5 -> tensor(graph.message(), depth == 0 ? Place.MAIN_INITIALIZER : Place.ELSEWHERE);
                case 15 -> sparse(graph.message());
                case 11 -> {
                    if (depth == 0) {
                        input(graph.message());
                    }
                }
                default -> {} // outputs, names
            }
        }
    }

    private void input(ProtoReader input) throws MalformedProtoException {
        String name = "";
        boolean shaped = false;
        while (input.next()) {
            if (input.isBytes() && input.field() == 1) {
                name = input.text();
            } else if (input.isBytes() && input.field() == 2) {
                shaped |= has(input.message(), 1, 2);
            }
        }
        if (!shaped) {
            unshaped.add(name);
        }
    }

    /** Whether there is a message at the path of field numbers. */
    private static boolean has(ProtoReader message, int field, int inner) throws MalformedProtoException {
        while (message.next()) {
            if (message.isBytes() && message.field() == field) {
                ProtoReader nested = message.message();
                while (nested.next()) {
                    if (nested.isBytes() && nested.field() == inner) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void node(ProtoReader node, int depth) throws MalformedProtoException {
        while (node.next()) {
            if (node.isBytes() && node.field() == 5) {
                attribute(node.message(), depth);
            }
        }
    }

    private void attribute(ProtoReader attribute, int depth) throws MalformedProtoException {
        while (attribute.next()) {
            if (!attribute.isBytes()) {
                continue;
            }
            switch (attribute.field()) {
                case 5, 10 -> tensor(attribute.message(), Place.ELSEWHERE);
                case 6, 11 -> graph(attribute.message(), depth + 1);
                case 22, 23 -> sparse(attribute.message());
                default -> {} // numbers and text
            }
        }
    }

    private void sparse(ProtoReader sparse) throws MalformedProtoException {
        while (sparse.next()) {
            if (sparse.isBytes() && (sparse.field() == 1 || sparse.field() == 2)) {
                tensor(sparse.message(), Place.ELSEWHERE);
            }
        }
    }

    private void tensor(ProtoReader tensor, Place place) throws MalformedProtoException {
        ExternalTensor.addIfExternal(tensor, place, external);
    }
}
