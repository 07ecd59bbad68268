package io.mlops4j.model;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a model takes and gives: its inputs and outputs by name.
 *
 * <p>Immutable.
 *
 * @param inputs in the model's order, names distinct; copied
 * @param outputs in the model's order, names distinct; copied
 */
public record Signature(List<ValueSpec> inputs, List<ValueSpec> outputs) {
    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if two inputs or two outputs share a name
     */
    public Signature {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        requireDistinct("input", inputs);
        requireDistinct("output", outputs);
    }

    private static void requireDistinct(String what, List<ValueSpec> specs) {
        Set<String> seen = new HashSet<>();
        for (ValueSpec spec : specs) {
            if (!seen.add(spec.name())) {
                throw new IllegalArgumentException("Signature has two " + what + "s named " + spec.name());
            }
        }
    }

    /**
     * The declaration of an input.
     *
     * @param name its name
     * @return the declaration, or empty if there is none of that name
     */
    public Optional<ValueSpec> input(String name) {
        return inputs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }

    /**
     * The declaration of an output.
     *
     * @param name its name
     * @return the declaration, or empty if there is none of that name
     */
    public Optional<ValueSpec> output(String name) {
        return outputs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }
}
