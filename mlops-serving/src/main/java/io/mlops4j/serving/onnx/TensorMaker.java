package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes native tensors of every element type over direct memory.
 *
 * <p>Thread-safe. Close it after everybody who uses it.
 */
final class TensorMaker implements AutoCloseable {
    private final OrtEnvironment environment;
    private final UnsignedCasts casts;

    TensorMaker(OrtEnvironment environment) {
        this.environment = environment;
        this.casts = new UnsignedCasts(environment);
    }

    /**
     * Makes a tensor of numbers.
     *
     * @param data direct, in native byte order, exactly the elements from position to limit; must stay as it is for as
     *     long as the tensor is used
     * @param owner gets what is to be closed after use, the tensor included
     */
    OnnxTensor ofNumbers(ElementType type, ByteBuffer data, long[] sizes, NativeResources owner) throws OrtException {
        if (UnsignedCasts.needs(type)) {
            return casts.cast(type, data, sizes, owner);
        }
        return owner.own(OnnxTensor.createTensor(environment, data, sizes, javaType(type)));
    }

    /** Makes a tensor of text; it holds a copy. */
    OnnxTensor ofStrings(List<String> strings, long[] sizes, NativeResources owner) throws OrtException {
        return owner.own(OnnxTensor.createTensor(environment, strings.toArray(new String[0]), sizes));
    }

    static OnnxJavaType javaType(ElementType type) {
        return switch (type) {
            case BOOL -> OnnxJavaType.BOOL;
            case INT8 -> OnnxJavaType.INT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case UINT8 -> OnnxJavaType.UINT8;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT64 -> OnnxJavaType.DOUBLE;
            case UINT16, UINT32, UINT64, STRING ->
                throw new IllegalArgumentException(
                        "ONNX Runtime's Java API makes no tensor of " + type + " from a buffer");
        };
    }

    @Override
    public void close() {
        casts.close();
    }
}
