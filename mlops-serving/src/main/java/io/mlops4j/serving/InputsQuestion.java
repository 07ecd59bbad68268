package io.mlops4j.serving;

import io.mlops4j.model.Digest;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tensor for each input of a model.
 *
 * <p>Immutable.
 */
final class InputsQuestion extends Question<Map<String, Value>> {
    private static final long VALUE_BYTES = 128;
    private static final long STRING_BYTES = 56;

    private final Digest model;
    private final Tensor[] tensors;

    private InputsQuestion(Digest model, Tensor[] tensors, int hash) {
        super(hash);
        this.model = model;
        this.tensors = tensors;
    }

    /**
     * Makes a question of a request.
     *
     * @param names the model's inputs
     * @return null unless there is a tensor for each input, and nothing else
     */
    static @Nullable InputsQuestion of(Digest model, List<String> names, Map<String, Value> inputs) {
        if (inputs.size() != names.size()) {
            return null;
        }
        var tensors = new Tensor[names.size()];
        long hash = Fold.start(model.hashCode());
        for (int i = 0; i < tensors.length; i++) {
            if (!(inputs.get(names.get(i)) instanceof Tensor tensor)) {
                return null;
            }
            tensors[i] = tensor;
            hash = Fold.add(hash, tensor);
        }
        return new InputsQuestion(model, tensors, Fold.end(hash));
    }

    @Override
    long bytes(Map<String, Value> answer) {
        long bytes = ENTRY_BYTES;
        for (Tensor tensor : tensors) {
            bytes += bytesOf(tensor);
        }
        for (Value value : answer.values()) {
            bytes += bytesOf(value);
        }
        return bytes;
    }

    private static long bytesOf(Object value) {
        long bytes = VALUE_BYTES;
        if (value instanceof String text) {
            bytes = STRING_BYTES + 2L * text.length();
        } else if (value instanceof Tensor tensor && tensor.type().bytes() > 0) {
            bytes += (long) tensor.elementCount() * tensor.type().bytes();
        } else if (value instanceof Tensor tensor) {
            for (String text : tensor.strings()) {
                bytes += bytesOf(text);
            }
        } else if (value instanceof SequenceValue sequence) {
            for (Value element : sequence.values()) {
                bytes += bytesOf(element);
            }
        } else if (value instanceof MapValue map) {
            for (Map.Entry<Object, Object> entry : map.entries().entrySet()) {
                bytes += bytesOf(entry.getKey()) + bytesOf(entry.getValue());
            }
        }
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof InputsQuestion that
                && hashCode() == that.hashCode()
                && model.equals(that.model)
                && Arrays.equals(tensors, that.tensors);
    }
}
