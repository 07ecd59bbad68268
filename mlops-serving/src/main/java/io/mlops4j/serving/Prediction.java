package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer, and who gave it.
 *
 * <p>Immutable.
 *
 * @param id identifies the request; report the truth under this id when it is known
 * @param version the one version that answered all of it
 * @param outputs by the model's output names, in the model's order
 */
public record Prediction(String id, VersionId version, Map<String, Value> outputs) {
    /** Copies the map; the values in it are immutable. */
    public Prediction {
        requireNonNull(id, "id");
        requireNonNull(version, "version");
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /**
     * An output that is a tensor.
     *
     * @param output its name
     * @return the tensor
     * @throws IllegalArgumentException if the model gave no tensor of that name
     */
    public Tensor tensor(String output) {
        return typed(output, Tensor.class);
    }

    /**
     * An output that is a sequence.
     *
     * @param output its name
     * @return the sequence
     * @throws IllegalArgumentException if the model gave no sequence of that name
     */
    public SequenceValue sequence(String output) {
        return typed(output, SequenceValue.class);
    }

    private <V extends Value> V typed(String output, Class<V> type) {
        Value value = outputs.get(output);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "Prediction of " + version + " has no " + type.getSimpleName() + " named "
                            + Text.quote(output) + ", expected one of "
                            + outputs.keySet().stream().map(Text::quote).toList());
        }
        return type.cast(value);
    }
}
