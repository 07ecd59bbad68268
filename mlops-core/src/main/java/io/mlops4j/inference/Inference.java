package io.mlops4j.inference;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One answered request: which version answered, what went in, what came out.
 *
 * <p>Immutable.
 *
 * @param id identifies the request; an {@link Outcome} that arrives later carries the same id
 * @param version the one version that answered all of it; for a model served from a file, the number counts the files
 *     that were served under that name in this process
 * @param at when it was answered
 * @param latency how long the answer took
 * @param inputs by the model's input names; tensors hold one row or more
 * @param outputs by the model's output names
 */
public record Inference(
        String id,
        VersionId version,
        Instant at,
        Duration latency,
        Map<String, Value> inputs,
        Map<String, Value> outputs) {
    /** Copies the maps; the values in them are immutable. */
    public Inference {
        requireNonNull(id, "id");
        requireNonNull(version, "version");
        requireNonNull(at, "at");
        requireNonNull(latency, "latency");
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }
}
