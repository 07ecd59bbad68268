package io.mlops4j.serving.trial;

import io.mlops4j.model.Value;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a version made of a request.
 *
 * <p>Immutable.
 *
 * @param nanos how long it took, in nanoseconds; empty if that says nothing of the version
 * @param outputs the answer; empty if it failed
 */
public record Answer(OptionalLong nanos, Optional<Map<String, Value>> outputs) {
    private static final Answer FAILED = new Answer(OptionalLong.empty(), Optional.empty());

    /** An answer that was computed. */
    public static Answer of(long nanos, Map<String, Value> outputs) {
        return new Answer(OptionalLong.of(nanos), Optional.of(outputs));
    }

    /** An answer that was not computed now, or not all of it: it was fast whatever the version is. */
    public static Answer recalled(Map<String, Value> outputs) {
        return new Answer(OptionalLong.empty(), Optional.of(outputs));
    }

    /** A failure. */
    public static Answer failed() {
        return FAILED;
    }

    /** Whether it is one. */
    public boolean isFailure() {
        return outputs.isEmpty();
    }
}
