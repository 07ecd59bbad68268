package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

/**
 * A declared value that may be absent. A request to the model holds the value itself, or nothing under that name.
 *
 * <p>Immutable.
 *
 * @param name the name of the input or output, as the model declares it
 * @param element what the value is if it is there; its name is not significant
 */
public record OptionalSpec(String name, ValueSpec element) implements ValueSpec {
    /** Checks that nothing is null. */
    public OptionalSpec {
        requireNonNull(name, "name");
        requireNonNull(element, "element");
    }

    @Override
    public String toString() {
        return name + ": optional (" + element + ")";
    }
}
