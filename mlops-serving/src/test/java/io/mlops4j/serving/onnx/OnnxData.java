package io.mlops4j.serving.onnx;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads values as {@code onnx-ml.proto} and {@code onnx-data.proto} write them. */
final class OnnxData {
    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int STRING_DATA = 6;
    private static final int INT64_DATA = 7;
    private static final int RAW_DATA = 9;
    private static final int DOUBLE_DATA = 10;
    private static final int UINT64_DATA = 11;

    private OnnxData() {}

    /** A value of a type that this library does not have. */
    static final class UnsupportedException extends Exception {
        private static final long serialVersionUID = 1L;

        UnsupportedException(String message) {
            super(message);
        }
    }

    /** Reads a TensorProto. */
    static Tensor tensor(ProtoReader tensor) throws MalformedProtoException, UnsupportedException {
        List<Long> dims = new ArrayList<>();
        List<String> strings = new ArrayList<>();
        List<Long> integers = new ArrayList<>();
        byte[] bytes = new byte[0];
        int type = 0;
        while (tensor.next()) {
            switch (tensor.field()) {
                case 1 -> addVarints(tensor, dims);
                case 2 -> type = (int) tensor.number();
                case INT32_DATA, INT64_DATA, UINT64_DATA -> addVarints(tensor, integers);
                case STRING_DATA -> strings.add(tensor.text());
                case FLOAT_DATA, RAW_DATA, DOUBLE_DATA -> {
                    if (!tensor.isBytes()) {
                        throw new UnsupportedException("numbers that are not packed");
                    }
                    bytes = tensor.bytes();
                }
                default -> {} // its name
            }
        }
        int number = type;
        ElementType element =
                OnnxTypes.element(type).orElseThrow(() -> new UnsupportedException("a tensor of type " + number));
        long[] sizes = dims.stream().mapToLong(Long::longValue).toArray();
        if (element == ElementType.STRING) {
            return Tensor.ofStrings(strings, sizes);
        }
        byte[] elements = integers.isEmpty() ? bytes : littleEndian(integers, element.bytes());
        return Tensor.ofData(element, ByteBuffer.wrap(elements), Shape.of(sizes));
    }

    private static void addVarints(ProtoReader field, List<Long> into) throws MalformedProtoException {
        if (field.isVarint()) {
            into.add(field.number());
            return;
        }
        ProtoReader packed = field.message();
        while (packed.hasMore()) {
            into.add(packed.varint());
        }
    }

    /** The low bytes of each number; float16 stands in int32_data as its 16 bits. */
    private static byte[] littleEndian(List<Long> integers, int width) {
        ByteBuffer all = ByteBuffer.allocate((integers.size() + 1) * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < integers.size(); i++) {
            all.putLong(i * width, integers.get(i));
        }
        byte[] elements = new byte[integers.size() * width];
        all.get(elements);
        return elements;
    }

    /** Reads a SequenceProto of tensors or sequences. */
    static SequenceValue sequence(ProtoReader sequence) throws MalformedProtoException, UnsupportedException {
        List<Value> values = new ArrayList<>();
        while (sequence.next()) {
            switch (sequence.field()) {
                case 3 -> values.add(tensor(sequence.message()));
                case 5 -> values.add(sequence(sequence.message()));
                case 4, 6, 7 -> throw new UnsupportedException("a sequence of what is no tensor");
                default -> {} // name, type of the elements
            }
        }
        return new SequenceValue(values);
    }

    /** Reads an OptionalProto. */
    static Optional<Value> optional(ProtoReader optional) throws MalformedProtoException, UnsupportedException {
        int type = 0;
        Optional<Value> value = Optional.empty();
        while (optional.next()) {
            switch (optional.field()) {
                case 2 -> type = (int) optional.number();
                case 3 -> value = Optional.of(tensor(optional.message()));
                case 5 -> value = Optional.of(sequence(optional.message()));
                default -> {} // its name
            }
        }
        return type == 0 ? Optional.empty() : value;
    }
}
