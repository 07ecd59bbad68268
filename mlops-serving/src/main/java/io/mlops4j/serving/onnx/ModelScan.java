package io.mlops4j.serving.onnx;

import io.mlops4j.serving.onnx.ExternalTensor.Place;
import io.mlops4j.serving.onnx.ProtoReader.MalformedProtoException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds every tensor of an ONNX model that lives outside the model's file, before a native parser sees the bytes. One
 * pass over the bytes, whatever they are; nesting is bounded. Field numbers are those of {@code onnx-ml.proto} [1].
 *
 * <p>[1] https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx-ml.proto
 *
 * <p>Confined to one thread at a time.
 */
final class ModelScan {
    private static final int MAX_DEPTH = 64;

    private final List<ExternalTensor> found = new ArrayList<>();

    private ModelScan() {}

    /**
     * Scans a model.
     *
     * @param model the bytes of a {@code ModelProto}, or any bytes
     * @return the tensors that are kept outside
     * @throws MalformedProtoException if the bytes are no such message, or nest too deeply
     */
    static List<ExternalTensor> externalTensors(byte[] model) throws MalformedProtoException {
        var scan = new ModelScan();
        scan.model(ProtoReader.of(model));
        return scan.found;
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
                default -> {} // inputs, outputs, names
            }
        }
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
        ExternalTensor.addIfExternal(tensor, place, found);
    }
}
