package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

/**
 * A declared sequence.
 *
 * <p>Immutable.
 *
 * @param name the name of the input or output, as the model declares it
 * @param element what each element is; its name is not significant
 */
public record SequenceSpec(String name, ValueSpec element) implements ValueSpec {
    /** Checks that nothing is null. */
    public SequenceSpec {
        requireNonNull(name, "name");
        requireNonNull(element, "element");
    }

    @Override
    public String toString() {
        return name + ": sequence of (" + element + ")";
    }
}
