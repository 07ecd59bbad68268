package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Names;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One step of an {@link Ensemble}: a model that is asked, or a function that is called, and what it is given.
 *
 * <p>Immutable.
 */
public final class Step {
    /** The name of the output of {@link #average}. */
    public static final String AVERAGE = "average";

    private final String name;
    private final @Nullable ModelName model;
    private final UnaryOperator<Map<String, Value>> function;
    private final List<String> outputs;
    private final Map<String, Wire> bindings;

    private Step(
            String name,
            @Nullable ModelName model,
            UnaryOperator<Map<String, Value>> function,
            List<String> outputs,
            Map<String, Wire> bindings) {
        this.name = Names.check("step name", requireNonNull(name, "name"));
        this.model = model;
        this.function = function;
        this.outputs = outputs;
        this.bindings = bindings;
    }

    /**
     * Asks a model. Each input that the model needs must be bound.
     *
     * @param name of the step, in the grammar of {@link ModelName}
     * @param model a model that the server serves
     * @return a step without bindings, whose outputs are the model's
     * @throws IllegalArgumentException if the name breaks the grammar
     */
    public static Step model(String name, ModelName model) {
        return new Step(name, requireNonNull(model, "model"), UnaryOperator.identity(), List.of(), Map.of());
    }

    /**
     * Calls a function. It is given an unmodifiable map of the values it is bound to, by input name, and gives a value for
     * each output; others are dropped. It must be thread-safe and free of effects: a request may call it twice. A
     * {@link io.mlops4j.RejectedInputException} or another {@link io.mlops4j.MlopsException} that it throws keeps its type,
     * any other exception becomes an {@link InferenceException}.
     *
     * @param name of the step, in the grammar of {@link ModelName}
     * @param function from inputs to outputs; runs on the caller's thread, or on one of the server's if the request is
     *     submitted
     * @param outputs the names of its outputs, one or more
     * @return a step without bindings
     * @throws IllegalArgumentException if the name breaks the grammar, or no output is named, or one twice
     */
    public static Step function(String name, UnaryOperator<Map<String, Value>> function, String... outputs) {
        List<String> given = List.of(outputs);
        if (given.isEmpty() || given.stream().distinct().count() < given.size()) {
            throw new IllegalArgumentException("Invalid outputs "
                    + given.stream().map(Text::quote).toList() + " of step " + Text.quote(name)
                    + ": expected one or more different names");
        }
        return new Step(name, null, requireNonNull(function, "function"), given, Map.of());
    }

    /**
     * Takes the mean of tensors, element by element: computed in {@code double}, and rounded once. They must be of one
     * floating-point type and one shape, or the request ends with a {@link io.mlops4j.RejectedInputException}.
     *
     * @param name of the step, in the grammar of {@link ModelName}
     * @param of one or more tensors, of equal weight; they are bound already
     * @return a step with one output, {@link #AVERAGE}
     * @throws IllegalArgumentException if the name breaks the grammar, or there is no wire
     */
    public static Step average(String name, Wire... of) {
        List<Wire> wires = Arrays.asList(of);
        if (wires.isEmpty()) {
            throw new IllegalArgumentException(
                    "Invalid average " + Text.quote(name) + " of nothing: expected one or more wires");
        }
        Step step = function(name, new Average(), AVERAGE);
        for (int i = 0; i < of.length; i++) {
            step = step.bind(Integer.toString(i), of[i]);
        }
        return step;
    }

    /**
     * Says where an input of the step comes from.
     *
     * @param input as the model or the function names it
     * @param from what gives the value
     * @return a step with the binding
     * @throws IllegalArgumentException if the input is bound already
     */
    public Step bind(String input, Wire from) {
        requireNonNull(from, "from");
        Map<String, Wire> more = new LinkedHashMap<>(bindings);
        Wire bound = more.putIfAbsent(requireNonNull(input, "input"), from);
        if (bound != null) {
            throw new IllegalArgumentException("Cannot bind input " + Text.quote(input) + " of step " + name + " to "
                    + from + ": it is bound to " + bound + ", expected one binding an input");
        }
        return new Step(name, model, function, outputs, Collections.unmodifiableMap(more));
    }

    /**
     * Its name.
     *
     * @return unique in its ensemble
     */
    public String name() {
        return name;
    }

    /** Whom it asks; empty for a function. */
    Optional<ModelName> model() {
        return Optional.ofNullable(model);
    }

    Map<String, Value> call(Map<String, Value> inputs) {
        return function.apply(inputs);
    }

    /** What a function gives; a model's outputs are not known here. */
    List<String> outputs() {
        return outputs;
    }

    Map<String, Wire> bindings() {
        return bindings;
    }
}
