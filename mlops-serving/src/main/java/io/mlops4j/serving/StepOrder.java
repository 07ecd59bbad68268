package io.mlops4j.serving;

import io.mlops4j.internal.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks that the steps of an ensemble fit together, and puts each after those it waits for.
 *
 * <p>Confined to one thread at a time.
 */
final class StepOrder {
    private final String ensemble;
    private final Map<String, Step> steps = new LinkedHashMap<>();

    StepOrder(String ensemble, List<Step> steps) {
        this.ensemble = ensemble;
        for (Step step : steps) {
            if (this.steps.putIfAbsent(step.name(), step) != null) {
                throw invalid("two steps are named " + step.name() + ", expected different names");
            }
        }
        for (Step step : steps) {
            step.bindings()
                    .forEach((input, wire) ->
                            requireSource("input " + Text.quote(input) + " of step " + step.name(), wire));
        }
    }

    /** Checks that a wire begins at something. */
    void requireSource(String what, Wire wire) {
        if (wire.step().isEmpty()) {
            return;
        }
        Step from = steps.get(wire.step().get());
        if (from == null) {
            throw invalid(what + " is " + wire + ", expected one of the steps " + steps.keySet());
        }
        if (from.model().isEmpty() && !from.outputs().contains(wire.name())) {
            throw invalid(what + " is " + wire + ", which gives "
                    + from.outputs().stream().map(Text::quote).toList());
        }
    }

    /** Quadratic, and stable: among those that could go first, the order in which they were given. */
    List<Step> sorted() {
        List<Step> waiting = new ArrayList<>(steps.values());
        List<Step> sorted = new ArrayList<>();
        Set<String> done = new HashSet<>();
        while (!waiting.isEmpty()) {
            Step next = waiting.stream()
                    .filter(step -> isReady(step, done))
                    .findFirst()
                    .orElseThrow(() -> invalid("steps "
                            + waiting.stream().map(Step::name).toList() + " wait for each other, expected no cycle"));
            waiting.remove(next);
            sorted.add(next);
            done.add(next.name());
        }
        return List.copyOf(sorted);
    }

    private static boolean isReady(Step step, Set<String> done) {
        return step.bindings().values().stream()
                .allMatch(wire -> wire.step().map(done::contains).orElse(true));
    }

    private IllegalArgumentException invalid(String why) {
        return new IllegalArgumentException("Invalid ensemble " + ensemble + ": " + why);
    }
}
