package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import ai.onnxruntime.TensorInfo;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * What an answer shows of itself, taken from raw ONNX Runtime on one side and from our types on the other, by code that
 * has nothing in common: equal answers are equal in type, shape, bits, and in the numbers that a reader sees.
 *
 * @param form type and shape
 * @param bits the elements' bytes
 * @param numbers the elements as a reader gets them
 */
record Seen(String form, List<Byte> bits, List<?> numbers) {
    private static final String PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

    static Seen of(OnnxValue value) throws OrtException {
        if (value instanceof OnnxTensor tensor) {
            return of(tensor);
        }
        List<Object> parts = new ArrayList<>();
        if (value instanceof OnnxSequence sequence) {
            List<? extends OnnxValue> elements = sequence.getValue();
            for (OnnxValue element : elements) {
                parts.add(of(element));
            }
            OnnxValue.close(elements);
            return new Seen("sequence", List.of(), parts);
        }
        new TreeMap<Object, Object>(((OnnxMap) value).getValue())
                .forEach((key, element) -> parts.add(key + "=" + element));
        return new Seen("map", List.of(), parts);
    }

    private static Seen of(OnnxTensor tensor) throws OrtException {
        TensorInfo info = tensor.getInfo();
        String form = info.onnxType.name().substring(PREFIX.length())
                + LongStream.of(info.getShape()).boxed().toList();
        List<Object> numbers = new ArrayList<>();
        if (form.startsWith("STRING")) {
            Object text = info.getNumElements() == 0 ? new String[0] : tensor.getValue();
            return new Seen(
                    form, List.of(), text instanceof String one ? List.of(one) : List.of(OrtUtil.flattenString(text)));
        }
        ByteBuffer data = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
        List<Byte> bits = bytes(data);
        if (form.startsWith("FLOAT[") || form.contains("FLOAT16[")) {
            var floats = tensor.getFloatBuffer();
            while (floats.hasRemaining()) {
                numbers.add(floats.get());
            }
            return new Seen(form, bits, numbers);
        }
        while (data.hasRemaining()) {
            numbers.add(
                    switch (info.onnxType) {
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> data.get() != 0;
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> String.valueOf(data.get());
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> String.valueOf(data.getShort());
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> String.valueOf(data.getInt());
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> String.valueOf(data.getLong());
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> String.valueOf(data.get() & 0xff);
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> String.valueOf(data.getShort() & 0xffff);
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> String.valueOf(data.getInt() & 0xffffffffL);
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> Long.toUnsignedString(data.getLong());
                        case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> data.getDouble();
                        default -> throw new OrtException("A tensor of " + info.onnxType);
                    });
        }
        return new Seen(form, bits, numbers);
    }

    static Seen of(Value value) {
        if (value instanceof Tensor tensor) {
            String type = tensor.type().name().replace("FLOAT32", "FLOAT").replace("FLOAT64", "DOUBLE");
            String form = type + LongStream.of(tensor.shape().sizes()).boxed().toList();
            return new Seen(form, bytes(tensor.data()), numbers(tensor));
        }
        if (value instanceof SequenceValue sequence) {
            return new Seen(
                    "sequence",
                    List.of(),
                    sequence.values().stream().map(Seen::of).toList());
        }
        List<Object> parts = new ArrayList<>();
        ((MapValue) value).entries().forEach((key, element) -> parts.add(key + "=" + element));
        return new Seen("map", List.of(), parts);
    }

    private static List<?> numbers(Tensor tensor) {
        List<Object> numbers = new ArrayList<>();
        if (tensor.type() == ElementType.STRING) {
            return tensor.strings();
        }
        if (tensor.type() == ElementType.BOOL) {
            for (boolean flag : tensor.booleans()) {
                numbers.add(flag);
            }
        } else if (tensor.type() == ElementType.FLOAT64) {
            for (double number : tensor.doubles()) {
                numbers.add(number);
            }
        } else if (tensor.type().isFloat()) {
            for (float number : tensor.floats()) {
                numbers.add(number);
            }
        } else {
            for (long number : tensor.longs()) {
                numbers.add(
                        tensor.type() == ElementType.UINT64 ? Long.toUnsignedString(number) : String.valueOf(number));
            }
        }
        return numbers;
    }

    private static List<Byte> bytes(ByteBuffer data) {
        List<Byte> bytes = new ArrayList<>(data.remaining());
        for (int i = data.position(); i < data.limit(); i++) {
            bytes.add(data.get(i));
        }
        return bytes;
    }
}
