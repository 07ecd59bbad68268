package io.mlops4j.serving.onnx;

import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tensor whose elements a model keeps outside its own file (ONNX {@code TensorProto} with {@code data_location} or
 * {@code external_data} set).
 *
 * <p>Immutable.
 *
 * @param name the tensor's name
 * @param dataType the number of its ONNX element type
 * @param dims its sizes
 * @param entries the keys and values of {@code external_data}: location, offset, length
 * @param place where in the model it stands
 */
record ExternalTensor(String name, int dataType, List<Long> dims, Map<String, String> entries, Place place) {
    /** Where a tensor stands in a model. */
    enum Place {
        /** Among the initializers of the main graph, where ONNX Runtime can be handed other bytes for it. */
        MAIN_INITIALIZER,
        /** In a subgraph, a function, a sparse tensor or an attribute, where it cannot. */
        ELSEWHERE
    }

    private static final int DIMS = 1;
    private static final int DATA_TYPE = 2;
    private static final int NAME = 8;
    private static final int EXTERNAL_DATA = 13;
    private static final int DATA_LOCATION = 14;
    private static final int EXTERNAL = 1;

    /** Copies the collections. */
    ExternalTensor {
        dims = List.copyOf(dims);
        entries = Map.copyOf(entries);
    }

    /**
     * Parses a {@code TensorProto} and adds it to the list if it is external. Stricter than ONNX Runtime on purpose: a
     * tensor that says EXTERNAL anywhere counts, whatever a later field says.
     */
    static void addIfExternal(ProtoReader tensor, Place place, List<ExternalTensor> found)
            throws MalformedProtoException {
        String name = "";
        int dataType = 0;
        boolean external = false;
        List<Long> dims = new ArrayList<>();
        Map<String, String> entries = new HashMap<>();
        while (tensor.next()) {
            switch (tensor.field()) {
                case DIMS -> addDims(tensor, dims);
                case DATA_TYPE -> dataType = tensor.isVarint() ? (int) tensor.number() : dataType;
                case NAME -> name = tensor.isBytes() ? tensor.text() : name;
                case EXTERNAL_DATA -> addEntry(tensor, entries);
                case DATA_LOCATION -> external |= tensor.isVarint() && (int) tensor.number() == EXTERNAL;
                default -> {} // the elements themselves, and what later versions may add
            }
        }
        if (external) {
            found.add(new ExternalTensor(name, dataType, dims, entries, place));
        }
    }

    private static void addDims(ProtoReader tensor, List<Long> dims) throws MalformedProtoException {
        if (tensor.isVarint()) {
            dims.add(tensor.number());
        } else if (tensor.isBytes()) {
            ProtoReader packed = tensor.message();
            while (packed.hasMore()) {
                dims.add(packed.varint());
            }
        }
    }

    private static void addEntry(ProtoReader tensor, Map<String, String> entries) throws MalformedProtoException {
        if (!tensor.isBytes()) {
            return;
        }
        String key = "";
        String value = "";
        ProtoReader entry = tensor.message();
        while (entry.next()) {
            if (entry.isBytes() && entry.field() == 1) {
                key = entry.text();
            } else if (entry.isBytes() && entry.field() == 2) {
                value = entry.text();
            }
        }
        entries.put(key, value);
    }
}
