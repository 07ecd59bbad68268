package io.mlops4j.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.mlops4j.model.ModelName;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.trial.Question;
import io.mlops4j.serving.trial.Trial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one model's rollouts, whichever versions take part: their number does not grow with the number of rollouts.
 * They stay as long as the server. What they throw is contained.
 *
 * <p>Thread-safe.
 */
final class RolloutMeters implements AutoCloseable {
    static final String RUNNING = "mlops.rollout.running";
    static final String SHARE = "mlops.rollout.share";
    static final String EVIDENCE = "mlops.rollout.evidence";
    static final String DECISIONS = "mlops.rollout.decisions";
    static final String ENDED = "mlops.rollout.ended";
    static final String COPIES = "mlops.shadow.copies";

    private static final String ABOUT = "The logarithm of the e-value; the threshold is that of 1/alpha";
    private static final String COMPARED = "compared";
    private static final String DROPPED = "dropped";

    private final @Nullable MeterRegistry registry;
    private final Tags tags;
    private final Supplier<Optional<Trial>> current;
    private final MeterFailures failures;
    private final List<Meter> gauges = new ArrayList<>();
    private final Map<String, Counter> counters = new HashMap<>();

    /**
     * Makes the meters of a model.
     *
     * @param registry the host's, or null for none
     * @param model whose rollouts
     * @param newest the newest rollout that the server takes or took part in
     */
    RolloutMeters(@Nullable MeterRegistry registry, ModelName model, Supplier<Optional<Trial>> newest) {
        this.registry = registry;
        failures = new MeterFailures("the rollouts of " + model);
        tags = Tags.of("model", model.value());
        current = () -> newest.get().filter(trial -> !trial.isOver());
        if (registry == null) {
            return;
        }
        gauge(registry, RUNNING, "1 while a rollout is under way", tags, trial -> 1, 0);
        gauge(registry, SHARE, "The candidate's share of the keys", tags, Trial::share, 0);
        for (Question question : Question.values()) {
            Tags of = tags.and("question", tag(question));
            gauge(registry, EVIDENCE, ABOUT, of.and("for", "no_worse"), t -> t.logNoWorse(question), Double.NaN);
            gauge(registry, EVIDENCE, ABOUT, of.and("for", "worse"), t -> t.logWorse(question), Double.NaN);
        }
        for (Decision.Kind kind : Decision.Kind.values()) {
            counter(registry, DECISIONS, "Decisions, by kind", "kind", tag(kind));
        }
        for (RolloutState state : RolloutState.values()) {
            if (state.isFinal()) {
                counter(registry, ENDED, "Rollouts that are over, by how", "state", tag(state));
            }
        }
        for (String result : List.of(COMPARED, DROPPED)) {
            counter(registry, COPIES, "Copies of requests for a shadow", "result", result);
        }
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void gauge(
            MeterRegistry meters, String name, String what, Tags of, ToDoubleFunction<Trial> value, double none) {
        gauges.add(Gauge.builder(name, current, newest -> newest.get()
                        .map(value::applyAsDouble)
                        .orElse(none))
                .description(what)
                .tags(of)
                .register(meters));
    }

    private void counter(MeterRegistry meters, String name, String what, String tag, String value) {
        counters.put(
                name + value,
                Counter.builder(name)
                        .description(what)
                        .tags(tags.and(tag, value))
                        .register(meters));
    }

    /** Never asks the registry, which would make the meter anew for what ends after the server. */
    private void count(String name, String value) {
        Counter counter = counters.get(name + value);
        if (counter != null) {
            failures.contain(counter::increment);
        }
    }

    void decided(Decision.Kind kind) {
        count(DECISIONS, tag(kind));
    }

    void ended(RolloutState state) {
        count(ENDED, tag(state));
    }

    void compared() {
        count(COPIES, COMPARED);
    }

    void dropped() {
        count(COPIES, DROPPED);
    }

    @Override
    public void close() {
        MeterRegistry meters = registry;
        if (meters != null) {
            List<Meter> all = new ArrayList<>(gauges);
            all.addAll(counters.values());
            all.forEach(meter -> failures.contain(() -> meters.remove(meter)));
        }
    }
}
