package io.mlops4j.serving;

import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts requests together along the first dimension, and takes answers apart. Splitting what was merged gives what was
 * there before, bit for bit, for every element type.
 *
 * <p>Thread-safe; it keeps nothing.
 */
final class Batcher {
    private Batcher() {}

    /** An answer cannot be taken apart: it does not have a row for each row of the batch. */
    static final class IndivisibleException extends Exception {
        private static final long serialVersionUID = 1L;

        IndivisibleException(String message) {
            super(message);
        }
    }

    /**
     * Merges values along the first dimension.
     *
     * @param parts one or more, with the same names; tensors of the same types, and of the same shapes but for the first
     *     size
     */
    static Map<String, Value> merge(List<Map<String, Value>> parts) {
        Map<String, Value> merged = new LinkedHashMap<>();
        for (String name : parts.get(0).keySet()) {
            List<Value> values = new ArrayList<>(parts.size());
            for (Map<String, Value> part : parts) {
                Value value = part.get(name);
                if (value == null) {
                    throw new IllegalArgumentException("A part has no value " + Text.quote(name));
                }
                values.add(value);
            }
            merged.put(name, concatenated(values));
        }
        return merged;
    }

    private static Value concatenated(List<Value> values) {
        if (values.get(0) instanceof Tensor) {
            List<Tensor> tensors = new ArrayList<>(values.size());
            values.forEach(value -> tensors.add((Tensor) value));
            return concatenatedTensors(tensors);
        }
        List<Value> elements = new ArrayList<>();
        values.forEach(value -> elements.addAll(((SequenceValue) value).values()));
        return new SequenceValue(elements);
    }

    private static Tensor concatenatedTensors(List<Tensor> tensors) {
        long rows = 0;
        for (Tensor tensor : tensors) {
            rows += tensor.shape().size(0);
        }
        Tensor first = tensors.get(0);
        Shape shape = first.shape().with(0, rows);
        for (Tensor tensor : tensors) {
            if (tensor.type() != first.type() || !tensor.shape().with(0, rows).equals(shape)) {
                throw new InferenceException(
                        "Cannot put " + tensor.type() + tensor.shape() + " behind " + first.type() + first.shape()
                                + ": expected the same type, and the same sizes but for the rows",
                        null);
            }
        }
        if (first.type() == ElementType.STRING) {
            List<String> strings = new ArrayList<>();
            tensors.forEach(tensor -> strings.addAll(tensor.strings()));
            return Tensor.ofStrings(strings, shape.sizes());
        }
        long bytes = shape.elementCount() * first.type().bytes();
        if (bytes > Integer.MAX_VALUE) {
            throw new InferenceException(
                    "Cannot hold " + first.type() + shape + ", " + bytes + " bytes: expected 2 GiB at most", null);
        }
        ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
        tensors.forEach(tensor -> data.put(tensor.data()));
        return Tensor.ofData(first.type(), data.flip(), shape);
    }

    /**
     * Takes values apart.
     *
     * @param whole tensors, or sequences of an element for each row
     * @param rows how many rows each part has
     * @return the parts, in order
     * @throws IndivisibleException if a value has not as many rows as all parts together
     */
    static List<Map<String, Value>> split(Map<String, Value> whole, int[] rows) throws IndivisibleException {
        List<Map<String, Value>> parts = new ArrayList<>(rows.length);
        long all = 0;
        for (int count : rows) {
            parts.add(new LinkedHashMap<>());
            all += count;
        }
        for (Map.Entry<String, Value> value : whole.entrySet()) {
            requireRows(value.getKey(), value.getValue(), all);
            int from = 0;
            for (int i = 0; i < rows.length; i++) {
                parts.get(i).put(value.getKey(), slice(value.getValue(), from, rows[i]));
                from += rows[i];
            }
        }
        return parts;
    }

    private static void requireRows(String name, Value value, long rows) throws IndivisibleException {
        long seen = -1;
        if (value instanceof Tensor tensor && tensor.shape().rank() > 0) {
            seen = tensor.shape().size(0);
        } else if (value instanceof SequenceValue sequence) {
            seen = sequence.values().size();
        }
        if (seen != rows) {
            throw new IndivisibleException("output " + Text.quote(name) + " has "
                    + (seen < 0 ? "no rows" : seen + " rows") + " for " + rows + " rows of input");
        }
    }

    /** Some rows of every value. */
    static Map<String, Value> rows(Map<String, Value> values, int from, int count) {
        Map<String, Value> some = new LinkedHashMap<>();
        values.forEach((name, value) -> some.put(name, slice(value, from, count)));
        return some;
    }

    /** Some rows of a value that has them. */
    static Value slice(Value value, int from, int rows) {
        if (value instanceof SequenceValue sequence) {
            return new SequenceValue(sequence.values().subList(from, from + rows));
        }
        Tensor tensor = (Tensor) value;
        Shape shape = tensor.shape().with(0, rows);
        int width = Math.toIntExact(tensor.shape().with(0, 1).elementCount());
        if (tensor.type() == ElementType.STRING) {
            return Tensor.ofStrings(tensor.strings().subList(from * width, (from + rows) * width), shape.sizes());
        }
        int bytes = width * tensor.type().bytes();
        return Tensor.ofData(tensor.type(), tensor.data().slice(from * bytes, rows * bytes), shape);
    }
}
