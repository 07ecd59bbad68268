package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtUtil;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.InferenceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Copies what a run gave out of native memory.
 *
 * <p>Thread-safe.
 */
final class Answers {
    private final OnnxFailures failures;
    private final GarbledText garbled;

    Answers(OnnxFailures failures, GarbledText garbled) {
        this.failures = failures;
        this.garbled = garbled;
    }

    /**
     * Reads the outputs.
     *
     * @throws InferenceException if there is text that the binding cannot hand over
     */
    Map<String, Value> read(OrtSession.Result result) throws OrtException {
        Map<String, Value> values = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
            values.put(entry.getKey(), read(entry.getKey(), entry.getValue()));
        }
        return values;
    }

    private Value read(String output, OnnxValue value) throws OrtException {
        if (value instanceof OnnxTensor tensor) {
            return read(output, tensor);
        }
        if (value instanceof OnnxSequence sequence) {
            return read(output, sequence);
        }
        if (value instanceof OnnxMap map) {
            return read(output, map);
        }
        throw new OrtException("An output is a " + value.getType() + ", which is not supported");
    }

    private Tensor read(String output, OnnxTensor tensor) throws OrtException {
        TensorInfo info = tensor.getInfo();
        ElementType type = OnnxTypes.element(info)
                .orElseThrow(() ->
                        new OrtException("An output is a tensor of " + info.onnxType + ", which is not supported"));
        long[] sizes = info.getShape();
        if (type == ElementType.STRING) {
            List<String> strings = strings(tensor, sizes);
            if (garbled.isIn(tensor, strings)) {
                throw failures.ofText(output);
            }
            return Tensor.ofStrings(strings, sizes);
        }
        // The declared type decides: the binding's own readers give unsigned numbers as signed ones.
        return numbers(tensor, type, Shape.of(sizes));
    }

    private static Tensor numbers(OnnxTensor tensor, ElementType type, Shape shape) throws OrtException {
        long elements = shape.elementCount();
        if (elements > Integer.MAX_VALUE / type.bytes()) {
            throw tooLarge(type, shape);
        }
        try {
            return Tensor.ofData(type, tensor.getByteBuffer(), shape);
        } catch (OutOfMemoryError e) {
            // One array was refused, which harms nobody; the model asked for it, so the model has failed.
            throw tooLarge(type, shape);
        }
    }

    private static OrtException tooLarge(ElementType type, Shape shape) {
        return new OrtException("An output is a tensor " + type + shape + ", which does not fit into the heap");
    }

    private static List<String> strings(OnnxTensor tensor, long[] sizes) throws OrtException {
        if (Shape.of(sizes).elementCount() == 0) {
            return List.of();
        }
        Object value = tensor.getValue();
        return value instanceof String text ? List.of(text) : List.of(OrtUtil.flattenString(value));
    }

    /** The binding knows that a sequence is empty, but then not of what it would be, and refuses to give its value. */
    private SequenceValue read(String output, OnnxSequence sequence) throws OrtException {
        if (sequence.getInfo().length == 0) {
            return new SequenceValue(List.of());
        }
        List<? extends OnnxValue> elements = sequence.getValue();
        try {
            List<Value> values = new ArrayList<>(elements.size());
            for (OnnxValue element : elements) {
                values.add(read(output, element));
            }
            return new SequenceValue(values);
        } finally {
            OnnxValue.close(elements);
        }
    }

    /** The runtime's map is sorted by key; the binding loses the order, so sort again. */
    private MapValue read(String output, OnnxMap map) throws OrtException {
        Map<Object, Object> sorted = new TreeMap<>(map.getValue());
        if (sorted.keySet().stream().anyMatch(garbled::isInMap)
                || sorted.values().stream().anyMatch(garbled::isInMap)) {
            throw failures.ofText(output);
        }
        return new MapValue(sorted);
    }
}
