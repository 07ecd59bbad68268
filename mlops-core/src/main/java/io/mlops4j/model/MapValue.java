package io.mlops4j.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map of scalars: labels to scores, say. Keys are {@link Long} or {@link String}, values {@link Long},
 * {@link Float}, {@link Double} or {@link String}.
 *
 * <p>Immutable.
 *
 * @param entries the entries, in the model's order; copied
 */
public record MapValue(Map<Object, Object> entries) implements Value {
    /** Copies the entries. */
    public MapValue {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }
}
