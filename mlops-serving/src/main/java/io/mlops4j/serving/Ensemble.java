package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Names;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ModelName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Models that answer together: a small graph without cycles, whose steps are given inputs of the request or outputs of
 * other steps.
 *
 * <pre>{@code
 * Ensemble risk = Ensemble.of(
 *         "risk",
 *         List.of(
 *                 Step.model("scale", scaler).bind("x", Wire.request("features")),
 *                 Step.model("trees", trees).bind("x", Wire.step("scale", "y")),
 *                 Step.model("net", net).bind("x", Wire.step("scale", "y")),
 *                 Step.average("mean", Wire.step("trees", "y"), Wire.step("net", "y"))),
 *         Map.of("score", Wire.step("mean", Step.AVERAGE)));
 * try (var server = ModelServer.builder()
 *         .serve(scaler, scalerFile).serve(trees, treesFile).serve(net, netFile)
 *         .ensemble(risk)
 *         .start()) {
 *     EnsemblePrediction answer = server.predict(risk, Request.of(Map.of("features", rows)));
 * }
 * }</pre>
 *
 * <p>One request is answered by one version of each model, however many steps ask it; see
 * {@link ModelServer#predict(Ensemble, Request)}, and {@link ModelServer#submit(Ensemble, Request)} to have steps run side by
 * side. The models can still be asked by themselves.
 *
 * <p>Immutable, if the functions of its steps are. Two ensembles are equal only if they are the same object.
 */
public final class Ensemble {
    private final String name;
    private final List<Step> steps;
    private final Map<String, Wire> outputs;
    private final Set<String> inputs;
    private final Set<ModelName> models;

    private Ensemble(String name, List<Step> steps, Map<String, Wire> outputs) {
        this.name = name;
        this.steps = steps;
        this.outputs = outputs;
        this.inputs = distinct(wires().filter(wire -> wire.step().isEmpty()).map(Wire::name));
        this.models = distinct(steps.stream().flatMap(step -> step.model().stream()));
    }

    /**
     * Describes an ensemble. What its models take and give is checked when a server loads them.
     *
     * @param name in the grammar of {@link ModelName}
     * @param steps one or more, in any order; they run in this order as far as the wires allow, one after the other if the
     *     caller waits, and side by side if the request is submitted
     * @param outputs one or more: what the ensemble gives, by the names it gives them; copied
     * @return the ensemble
     * @throws IllegalArgumentException if the name breaks the grammar, there are no outputs, no step asks a model, two steps
     *     share a name, a wire begins at an unknown step or at an output that a function does not give, or steps wait for
     *     each other
     */
    public static Ensemble of(String name, List<Step> steps, Map<String, Wire> outputs) {
        Names.check("ensemble name", requireNonNull(name, "name"));
        if (steps.isEmpty() || outputs.isEmpty()) {
            throw new IllegalArgumentException("Invalid ensemble " + name + " of " + steps.size() + " steps and "
                    + outputs.size() + " outputs: expected one or more of each");
        }
        var order = new StepOrder(name, steps);
        outputs.forEach((output, wire) -> order.requireSource("output " + Text.quote(output), wire));
        if (steps.stream().noneMatch(step -> step.model().isPresent())) {
            throw new IllegalArgumentException(
                    "Invalid ensemble " + name + ": no step asks a model, expected one that does");
        }
        return new Ensemble(name, order.sorted(), Collections.unmodifiableMap(new LinkedHashMap<>(outputs)));
    }

    /**
     * Its name.
     *
     * @return unique on a server
     */
    public String name() {
        return name;
    }

    /**
     * What a request must give: exactly these inputs.
     *
     * @return the names that wires take from the request
     */
    public Set<String> inputs() {
        return inputs;
    }

    /**
     * What it gives.
     *
     * @return the names of its outputs
     */
    public Set<String> outputs() {
        return outputs.keySet();
    }

    /**
     * Whom it asks.
     *
     * @return each model once
     */
    public Set<ModelName> models() {
        return models;
    }

    /** Each after those whose outputs it is given. */
    List<Step> steps() {
        return steps;
    }

    /** Where each output comes from. */
    Map<String, Wire> sources() {
        return outputs;
    }

    /** The outputs of a step that others, or the answer, are made of. */
    Set<String> taken(Step step) {
        return distinct(
                wires().filter(wire -> wire.step().filter(step.name()::equals).isPresent())
                        .map(Wire::name));
    }

    private Stream<Wire> wires() {
        return Stream.concat(
                steps.stream().flatMap(step -> step.bindings().values().stream()), outputs.values().stream());
    }

    private static <T> Set<T> distinct(Stream<T> values) {
        Set<T> distinct = values.collect(Collectors.toCollection(LinkedHashSet::new));
        return Collections.unmodifiableSet(distinct);
    }

    @Override
    public String toString() {
        return name;
    }
}
