package io.mlops4j.serving.onnx;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Shape;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Translates ONNX Runtime's descriptions of types into ours. The declared ONNX type decides, never the Java type. */
final class OnnxTypes {
    private static final Map<OnnxTensorType, ElementType> ELEMENTS = new EnumMap<>(OnnxTensorType.class);
    private static final Map<OnnxJavaType, ElementType> JAVA = new EnumMap<>(OnnxJavaType.class);

    static {
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL, ElementType.BOOL);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8, ElementType.INT8);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16, ElementType.INT16);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32, ElementType.INT32);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, ElementType.INT64);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, ElementType.UINT8);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16, ElementType.UINT16);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32, ElementType.UINT32);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64, ElementType.UINT64);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, ElementType.FLOAT16);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16, ElementType.BFLOAT16);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, ElementType.FLOAT32);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, ElementType.FLOAT64);
        ELEMENTS.put(OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, ElementType.STRING);
        JAVA.put(OnnxJavaType.BOOL, ElementType.BOOL);
        JAVA.put(OnnxJavaType.INT8, ElementType.INT8);
        JAVA.put(OnnxJavaType.INT16, ElementType.INT16);
        JAVA.put(OnnxJavaType.INT32, ElementType.INT32);
        JAVA.put(OnnxJavaType.INT64, ElementType.INT64);
        JAVA.put(OnnxJavaType.UINT8, ElementType.UINT8);
        JAVA.put(OnnxJavaType.FLOAT16, ElementType.FLOAT16);
        JAVA.put(OnnxJavaType.BFLOAT16, ElementType.BFLOAT16);
        JAVA.put(OnnxJavaType.FLOAT, ElementType.FLOAT32);
        JAVA.put(OnnxJavaType.DOUBLE, ElementType.FLOAT64);
        JAVA.put(OnnxJavaType.STRING, ElementType.STRING);
    }

    private static final int LAST_NUMBER = 16;

    private OnnxTypes() {}

    /** The element type of a tensor, or empty for those that this library does not have (complex, float8, int4). */
    static Optional<ElementType> element(TensorInfo info) {
        return Optional.ofNullable(ELEMENTS.get(info.onnxType));
    }

    /** The element type by its number in {@code TensorProto.DataType}, or empty. */
    static Optional<ElementType> element(int onnxDataType) {
        return Optional.ofNullable(
                switch (onnxDataType) {
                    case 1 -> ElementType.FLOAT32;
                    case 2 -> ElementType.UINT8;
                    case 3 -> ElementType.INT8;
                    case 4 -> ElementType.UINT16;
                    case 5 -> ElementType.INT16;
                    case 6 -> ElementType.INT32;
                    case 7 -> ElementType.INT64;
                    case 8 -> ElementType.STRING;
                    case 9 -> ElementType.BOOL;
                    case 10 -> ElementType.FLOAT16;
                    case 11 -> ElementType.FLOAT64;
                    case 12 -> ElementType.UINT32;
                    case 13 -> ElementType.UINT64;
                    case 16 -> ElementType.BFLOAT16;
                    default -> null;
                });
    }

    /** The number of an element type in {@code TensorProto.DataType}. */
    static int number(ElementType type) {
        return IntStream.rangeClosed(1, LAST_NUMBER)
                .filter(number -> element(number).filter(type::equals).isPresent())
                .findFirst()
                .orElseThrow();
    }

    /**
     * Translates what the session says of its inputs or outputs.
     *
     * @param declared what the model's file says, which is more exact for sequences and maps
     */
    static List<ValueSpec> specs(String model, Collection<NodeInfo> nodes, Map<String, ValueSpec> declared) {
        return nodes.stream()
                .map(node -> {
                    ValueSpec spec = declared.get(node.getName());
                    return spec == null || node.getInfo() instanceof TensorInfo ? spec(model, node) : spec;
                })
                .toList();
    }

    /** What the model's file says of the inputs that a session has. */
    static List<ValueSpec> declared(String model, Collection<String> names, Map<String, ValueSpec> declared) {
        return names.stream()
                .map(name -> {
                    ValueSpec spec = declared.get(name);
                    if (spec == null) {
                        throw unsupported(model, name, "unknown");
                    }
                    return spec;
                })
                .toList();
    }

    private static ValueSpec spec(String model, NodeInfo node) {
        String name = node.getName();
        if (node.getInfo() instanceof TensorInfo tensor) {
            ElementType type = element(tensor).orElseThrow(() -> unsupported(model, name, tensor.onnxType));
            return new TensorSpec(name, type, shape(tensor));
        }
        if (node.getInfo() instanceof MapInfo map) {
            return map(model, name, map);
        }
        if (node.getInfo() instanceof SequenceInfo sequence) {
            ValueSpec element = sequence.sequenceOfMaps
                    ? map(model, "", sequence.mapInfo)
                    : new TensorSpec("", java(model, name, sequence.sequenceType), Shape.of());
            return new SequenceSpec(name, element);
        }
        throw unsupported(model, name, node.getInfo());
    }

    private static MapSpec map(String model, String name, MapInfo map) {
        return new MapSpec(name, java(model, name, map.keyType), java(model, name, map.valueType));
    }

    private static ElementType java(String model, String name, OnnxJavaType type) {
        ElementType element = JAVA.get(type);
        if (element == null) {
            throw unsupported(model, name, type);
        }
        return element;
    }

    private static RejectedModelException unsupported(String model, String name, Object type) {
        return new RejectedModelException("Cannot load model " + model + ": input or output " + Text.quote(name)
                + " is of type " + Text.quote(String.valueOf(type)) + ", which is not supported");
    }

    private static Shape shape(TensorInfo tensor) {
        return Shape.of(LongStream.of(tensor.getShape())
                .map(size -> size < 0 ? Shape.DYNAMIC : size)
                .toArray());
    }
}
