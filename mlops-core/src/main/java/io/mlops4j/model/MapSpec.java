package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

/**
 * A declared map.
 *
 * <p>Immutable.
 *
 * @param name the name of the input or output, as the model declares it
 * @param key {@link ElementType#INT64} or {@link ElementType#STRING}
 * @param value the element type of the values
 */
public record MapSpec(String name, ElementType key, ElementType value) implements ValueSpec {
    /**
     * Checks the key type.
     *
     * @throws IllegalArgumentException if the key is neither an integer nor a string
     */
    public MapSpec {
        requireNonNull(name, "name");
        requireNonNull(key, "key");
        requireNonNull(value, "value");
        if (key != ElementType.STRING && !key.isInteger()) {
            throw new IllegalArgumentException("Invalid key type " + key + " of a map: expected an integer or STRING");
        }
    }

    @Override
    public String toString() {
        return name + ": map of " + key + " to " + value;
    }
}
