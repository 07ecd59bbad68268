package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import java.util.Optional;

/**
 * Where a value inside an {@link Ensemble} comes from: an input of the request, or an output of a step.
 *
 * <p>Immutable.
 *
 * @param step the step that gives the value; empty if the request does
 * @param name of the output, or of the request's input
 */
public record Wire(Optional<String> step, String name) {
    /** Checks that nothing is null. */
    public Wire {
        requireNonNull(step, "step");
        requireNonNull(name, "name");
    }

    /**
     * An input of the request. Every such input must be given.
     *
     * @param input its name, any text
     * @return the wire
     */
    public static Wire request(String input) {
        return new Wire(Optional.empty(), input);
    }

    /**
     * An output of a step.
     *
     * @param step the step's name
     * @param output as the step's model names it
     * @return the wire
     */
    public static Wire step(String step, String output) {
        return new Wire(Optional.of(step), output);
    }

    @Override
    public String toString() {
        return step.map(from -> "output " + Text.quote(name) + " of step " + Text.quote(from))
                .orElseGet(() -> "input " + Text.quote(name) + " of the request");
    }
}
