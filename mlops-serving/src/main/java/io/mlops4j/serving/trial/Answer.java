package io.mlops4j.serving.trial;

import io.mlops4j.model.Value;
import java.util.Map;
import java.util.Optional;

/**
 * What a version made of a request.
 *
 * <p>Immutable.
 *
 * @param nanos how long it took, in nanoseconds
 * @param outputs the answer; empty if it failed
 */
public record Answer(long nanos, Optional<Map<String, Value>> outputs) {
    /** An answer. */
    public static Answer of(long nanos, Map<String, Value> outputs) {
        return new Answer(nanos, Optional.of(outputs));
    }

    /** A failure. */
    public static Answer failed(long nanos) {
        return new Answer(nanos, Optional.empty());
    }

    boolean isFailure() {
        return outputs.isEmpty();
    }
}
