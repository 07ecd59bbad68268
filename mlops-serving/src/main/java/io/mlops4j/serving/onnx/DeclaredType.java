package io.mlops4j.serving.onnx;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Shape;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what a model's file says of an input or output (ONNX {@code TypeProto}). ONNX Runtime's Java binding cannot
 * describe optional values at all, and tells the elements of sequences and the values of maps by their Java type, in
 * which unsigned numbers look signed.
 */
final class DeclaredType {
    private static final int MAX_DEPTH = 16;

    private DeclaredType() {}

    /**
     * Reads a type.
     *
     * @param name the name to give to the specification
     * @param type a {@code TypeProto}
     * @return the specification; or empty if there is no type, or one that this library does not have
     */
    static Optional<ValueSpec> read(String name, ProtoReader type) throws MalformedProtoException {
        try {
            return read(name, type, 0);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // too many dimensions, or a map by something that is no key
        }
    }

    private static Optional<ValueSpec> read(String name, ProtoReader type, int depth) throws MalformedProtoException {
        if (depth > MAX_DEPTH) {
            throw new MalformedProtoException("types nested more than " + MAX_DEPTH + " deep");
        }
        Optional<ValueSpec> spec = Optional.empty();
        while (type.next()) {
            if (type.isBytes()) {
                ProtoReader content = type.message();
                switch (type.field()) {
                    case 1 -> spec = tensor(name, content);
                    case 4 -> spec = element(content, depth).map(element -> new SequenceSpec(name, element));
                    case 5 -> spec = map(name, content, depth);
                    case 9 -> spec = element(content, depth).map(element -> new OptionalSpec(name, element));
                    default -> {} // a denotation, which says nothing of the form
                }
            }
        }
        return spec;
    }

    private static Optional<ValueSpec> element(ProtoReader around, int depth) throws MalformedProtoException {
        Optional<ValueSpec> element = Optional.empty();
        while (around.next()) {
            if (around.isBytes() && around.field() == 1) {
                element = read("", around.message(), depth + 1);
            }
        }
        return element;
    }

    private static Optional<ValueSpec> map(String name, ProtoReader map, int depth) throws MalformedProtoException {
        Optional<ElementType> key = Optional.empty();
        Optional<ValueSpec> value = Optional.empty();
        while (map.next()) {
            if (map.isVarint() && map.field() == 1) {
                key = OnnxTypes.element((int) map.number());
            } else if (map.isBytes() && map.field() == 2) {
                value = read("", map.message(), depth + 1);
            }
        }
        return key.isPresent() && value.isPresent() && value.get() instanceof TensorSpec tensor
                ? Optional.of(new MapSpec(name, key.get(), tensor.type()))
                : Optional.empty();
    }

    private static Optional<ValueSpec> tensor(String name, ProtoReader tensor) throws MalformedProtoException {
        Optional<ElementType> type = Optional.empty();
        Shape shape = Shape.of();
        while (tensor.next()) {
            if (tensor.isVarint() && tensor.field() == 1) {
                type = OnnxTypes.element((int) tensor.number());
            } else if (tensor.isBytes() && tensor.field() == 2) {
                shape = shape(tensor.message());
            }
        }
        Shape declared = shape;
        return type.map(element -> new TensorSpec(name, element, declared));
    }

    private static Shape shape(ProtoReader shape) throws MalformedProtoException {
        List<Long> sizes = new ArrayList<>();
        while (shape.next()) {
            if (shape.isBytes() && shape.field() == 1) {
                sizes.add(size(shape.message()));
            }
        }
        return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    }

    private static long size(ProtoReader dimension) throws MalformedProtoException {
        long size = Shape.DYNAMIC;
        while (dimension.next()) {
            if (dimension.isVarint() && dimension.field() == 1) {
                size = Math.max(dimension.number(), Shape.DYNAMIC);
            }
        }
        return size;
    }
}
