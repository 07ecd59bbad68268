package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.inference.Inference;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * One line of a {@link RequestCapture}.
 *
 * <p>Immutable.
 *
 * @param version who was asked
 * @param inputs what, by name
 */
record CapturedRequest(VersionId version, Map<String, CapturedTensor> inputs) {
    CapturedRequest {
        requireNonNull(version, "version");
        inputs = Map.copyOf(inputs);
    }

    /**
     * A tensor as text.
     *
     * @param type the elements' type
     * @param shape its sizes
     * @param data base64 of the elements' little-endian bytes; absent for strings
     * @param text the elements, if they are strings
     */
    record CapturedTensor(ElementType type, List<Long> shape, Optional<String> data, Optional<List<String>> text) {
        CapturedTensor {
            requireNonNull(type, "type");
            shape = List.copyOf(shape);
            requireNonNull(data, "data");
            text = text.map(List::copyOf);
        }

        static CapturedTensor of(Tensor tensor) {
            List<Long> shape = LongStream.of(tensor.shape().sizes()).boxed().toList();
            return tensor.type() == ElementType.STRING
                    ? new CapturedTensor(tensor.type(), shape, Optional.empty(), Optional.of(tensor.strings()))
                    : new CapturedTensor(tensor.type(), shape, Optional.of(encoded(tensor)), Optional.empty());
        }

        private static String encoded(Tensor tensor) {
            ByteBuffer data = tensor.data();
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            return Base64.getEncoder()
                    .encodeToString(swapped(bytes, tensor.type().bytes()));
        }

        /** Between the platform's byte order and little-endian. */
        private static byte[] swapped(byte[] bytes, int width) {
            if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
                for (int i = 0; i < bytes.length; i += width) {
                    for (int low = i, high = i + width - 1; low < high; low++, high--) {
                        byte kept = bytes[low];
                        bytes[low] = bytes[high];
                        bytes[high] = kept;
                    }
                }
            }
            return bytes;
        }

        /** Throws an IllegalArgumentException if it is none. */
        Tensor tensor() {
            long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
            if (type == ElementType.STRING) {
                return Tensor.ofStrings(text.orElseThrow(() -> new IllegalArgumentException("it has no text")), sizes);
            }
            byte[] bytes =
                    Base64.getDecoder().decode(data.orElseThrow(() -> new IllegalArgumentException("it has no data")));
            if (bytes.length % type.bytes() != 0) {
                throw new IllegalArgumentException(bytes.length + " bytes are no whole elements of " + type);
            }
            return Tensor.ofData(type, ByteBuffer.wrap(swapped(bytes, type.bytes())), Shape.of(sizes));
        }
    }

    /** Empty if an input is no tensor. */
    static Optional<CapturedRequest> of(Inference inference) {
        Map<String, CapturedTensor> inputs = new LinkedHashMap<>();
        for (Map.Entry<String, Value> input : inference.inputs().entrySet()) {
            if (!(input.getValue() instanceof Tensor tensor)) {
                return Optional.empty();
            }
            inputs.put(input.getKey(), CapturedTensor.of(tensor));
        }
        return Optional.of(new CapturedRequest(inference.version(), inputs));
    }

    Map<String, Value> values(String what) {
        Map<String, Value> values = new LinkedHashMap<>();
        inputs.forEach((name, tensor) -> {
            try {
                values.put(name, tensor.tensor());
            } catch (IllegalArgumentException e) {
                throw new CorruptionException(
                        "Cannot read " + what + ": input " + Text.quote(name) + ": "
                                + Text.quote(String.valueOf(e.getMessage())),
                        e);
            }
        });
        return values;
    }
}
