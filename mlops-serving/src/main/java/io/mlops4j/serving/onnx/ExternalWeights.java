package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.onnx.ExternalTensor.Place;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the weights that a model keeps outside its file, from the companion files that were verified with it, so that
 * ONNX Runtime opens no file itself. A location counts only if it is, to the letter, the name of a companion: there is
 * no path to resolve, hence nothing for {@code ..}, absolute paths, links or special names to escape from.
 *
 * <p>Confined to one thread at a time.
 */
final class ExternalWeights {
    private final VerifiedModel model;
    private final TensorMaker maker;
    private final NativeResources owner;

    ExternalWeights(VerifiedModel model, TensorMaker maker, NativeResources owner) {
        this.model = model;
        this.maker = maker;
        this.owner = owner;
    }

    /**
     * Makes the tensors, to be closed after the session.
     *
     * @throws RejectedModelException if a tensor is not in a companion, or not wholly
     */
    Map<String, OnnxTensorLike> make(List<ExternalTensor> tensors) throws OrtException {
        Map<String, OnnxTensorLike> made = new LinkedHashMap<>();
        for (ExternalTensor tensor : tensors) {
            if (made.containsKey(tensor.name())) {
                throw rejected(tensor, "appears twice");
            }
            made.put(tensor.name(), make(tensor));
        }
        return made;
    }

    private OnnxTensorLike make(ExternalTensor tensor) throws OrtException {
        byte[] file = companion(tensor);
        ElementType type = OnnxTypes.element(tensor.dataType())
                .filter(t -> t != ElementType.STRING)
                .orElseThrow(() -> rejected(tensor, "has element type " + tensor.dataType() + ", expected numbers"));
        long[] sizes = tensor.dims().stream().mapToLong(Long::longValue).toArray();
        long bytes = bytes(tensor, type, sizes);
        long offset = number(tensor, "offset", 0);
        if (offset < 0
                || offset > file.length
                || number(tensor, "length", bytes) != bytes
                || bytes > file.length - offset) {
            throw rejected(
                    tensor,
                    "lies at offset " + Text.quote(tensor.entries().getOrDefault("offset", "0")) + " with length "
                            + Text.quote(tensor.entries().getOrDefault("length", "" + bytes)) + ", expected " + bytes
                            + " bytes inside a file of " + file.length);
        }
        ByteBuffer data = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        // The elements are little-endian in the file, and so is every platform that ONNX Runtime ships for.
        data.put(file, (int) offset, (int) bytes).flip();
        return maker.ofNumbers(type, data, sizes, owner);
    }

    private byte[] companion(ExternalTensor tensor) {
        if (tensor.place() != Place.MAIN_INITIALIZER) {
            throw rejected(
                    tensor, "is kept outside the model's file, which is supported for weights of the main graph only");
        }
        String location = tensor.entries().getOrDefault("location", "");
        byte[] file = model.companions().get(location);
        if (file == null) {
            throw rejected(
                    tensor,
                    "is kept in " + Text.quote(location) + ", expected a file of this version: "
                            + model.companions().keySet());
        }
        return file;
    }

    private long bytes(ExternalTensor tensor, ElementType type, long[] sizes) {
        try {
            return Math.multiplyExact(Shape.of(sizes).elementCount(), type.bytes());
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            throw new RejectedModelException(message(tensor, "has impossible sizes " + tensor.dims()), e);
        }
    }

    private static long number(ExternalTensor tensor, String key, long otherwise) {
        String text = tensor.entries().get(key);
        if (text == null) {
            return otherwise;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private RejectedModelException rejected(ExternalTensor tensor, String why) {
        return new RejectedModelException(message(tensor, why));
    }

    private String message(ExternalTensor tensor, String why) {
        return "Cannot load model " + model.label() + ": tensor " + Text.quote(tensor.name()) + " " + why;
    }
}
