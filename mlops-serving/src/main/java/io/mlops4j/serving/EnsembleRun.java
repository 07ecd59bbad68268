package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.inference.Inference;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/*
 * One request to an ensemble.
 *
 * Its versions are pinned once. Listeners hear of the steps' answers when the leases are back, as they do of any answer.
 *
 * A rollout may choose candidates for it. If the request then fails, in whatever step, it begins anew with what is served, as
 * long as it has time: to let the incumbent answer only for the step that failed would mix versions within one answer. The
 * candidate's failure is counted; what the incumbents then do counts for nobody, as they were not chosen by chance.
 */
/**
 * The way of a request through an ensemble.
 *
 * <p>Confined to one thread at a time.
 */
final class EnsembleRun {
    private final Ensemble ensemble;
    private final Collection<Slot> slots;
    private final Flow flow;
    private final @Nullable Around around;
    private final Request request;
    private final long start = System.nanoTime();
    private final long budget;
    private final List<Inference> heard = new ArrayList<>();
    /** What a candidate has refused, and nobody else was asked yet. */
    private @Nullable Attempt refused;

    EnsembleRun(Ensemble ensemble, Collection<Slot> slots, Flow flow, @Nullable Around around, Request request) {
        this.ensemble = ensemble;
        this.slots = slots;
        this.flow = flow;
        this.around = around;
        this.request = request;
        this.budget = request.timeout().map(TimeUnit.NANOSECONDS::convert).orElse(Long.MAX_VALUE);
    }

    EnsemblePrediction predict() {
        check();
        try {
            return answer();
        } finally {
            refusedBy(null);
            heard.forEach(flow::publish);
        }
    }

    private void check() {
        Set<String> expected = ensemble.inputs();
        if (!request.inputs().keySet().equals(expected)) {
            throw new RejectedInputException("Cannot answer ensemble " + ensemble.name() + ": the request has inputs "
                    + quoted(request.inputs().keySet()) + ", expected " + quoted(expected));
        }
        request.policy()
                .filter(policy -> !ensemble.models().contains(policy.model()))
                .ifPresent(policy -> {
                    throw new IllegalArgumentException("Cannot answer ensemble " + ensemble.name() + " by " + policy
                            + ": expected a policy of one of " + ensemble.models());
                });
    }

    private static List<String> quoted(Collection<String> names) {
        return names.stream().limit(32).map(Text::quote).toList();
    }

    private EnsemblePrediction answer() {
        try (Snapshot snapshot =
                Snapshot.pin(slots, request, start, request.key().orElseGet(flow::id))) {
            try {
                return run(snapshot, this::askAsChosen);
            } catch (RuntimeException e) {
                if (!snapshot.hasCandidate() || left() <= 0) {
                    throw e;
                }
            }
        }
        try (Snapshot served = Snapshot.pinServed(slots, request, start)) {
            EnsemblePrediction prediction = run(served, this::askInstead);
            if (refused != null) {
                refused.refusedAlone();
            }
            return prediction;
        }
    }

    private EnsemblePrediction run(Snapshot snapshot, Asking asking) {
        Map<String, Map<String, Value>> given = new HashMap<>();
        Map<String, Prediction> predictions = new LinkedHashMap<>();
        for (Step step : ensemble.steps()) {
            try {
                Map<String, Value> inputs = values(step.bindings(), given);
                Optional<ModelName> model = step.model();
                if (model.isPresent()) {
                    Prediction prediction = ask(snapshot.of(model.get()), inputs, asking);
                    predictions.put(step.name(), prediction);
                    given.put(step.name(), prediction.outputs());
                } else {
                    given.put(step.name(), call(step, inputs));
                }
            } catch (RuntimeException e) {
                throw StepFailure.of(ensemble, step, e);
            }
        }
        return new EnsemblePrediction(predictions, values(ensemble.sources(), given));
    }

    private Map<String, Value> values(Map<String, Wire> wires, Map<String, Map<String, Value>> given) {
        Map<String, Value> values = new LinkedHashMap<>();
        wires.forEach((name, wire) -> {
            Map<String, Value> from = wire.step().map(given::get).orElse(request.inputs());
            Value value = from.get(wire.name());
            if (value == null) {
                throw new InferenceException(
                        "Cannot answer ensemble " + ensemble.name() + ": there is no " + wire
                                + ", expected a value for " + Text.quote(name),
                        null);
            }
            values.put(name, value);
        });
        return Collections.unmodifiableMap(values);
    }

    private Map<String, Value> call(Step step, Map<String, Value> inputs) {
        requireTime();
        Map<String, Value> outputs = step.call(inputs);
        if (outputs == null || !outputs.keySet().containsAll(step.outputs())) {
            throw new InferenceException(
                    "the function gave " + (outputs == null ? "null" : quoted(outputs.keySet())) + ", expected "
                            + quoted(step.outputs()),
                    null);
        }
        return outputs;
    }

    /** Asks through the interceptors; they may shorten the time, but the version is chosen. */
    private Prediction ask(Snapshot.Pin pin, Map<String, Value> inputs, Asking asking) {
        Request question = timed(
                request.asking(inputs).by(VersionPolicy.pinned(pin.served().version())));
        Around wrapped = around;
        return wrapped == null
                ? asking.ask(pin, question)
                : wrapped.predict(pin.slot().name(), question, changed -> asking.ask(pin, timed(changed)));
    }

    /** How a pinned version is asked. */
    private interface Asking {
        Prediction ask(Snapshot.Pin pin, Request question);
    }

    private Prediction askAsChosen(Snapshot.Pin pin, Request question) {
        Contest contest = pin.contest();
        if (contest == null || pin.policy() != null) {
            return askInstead(pin, question);
        }
        var contested = new Contested(flow, pin.slot(), contest, question, flow.id(), System.nanoTime());
        Attempt attempt = contested.attempt(pin.served());
        try {
            return contested.askPinned(attempt, heard::add);
        } catch (RuntimeException | Error e) {
            if (pin.isCandidate() && e instanceof RejectedInputException) {
                refusedBy(attempt);
            } else {
                attempt.failed(e);
            }
            throw e;
        }
    }

    /** An interceptor may ask several times, so nothing comes of the refusal before. */
    private void refusedBy(@Nullable Attempt attempt) {
        if (refused != null) {
            refused.place().leave();
        }
        refused = attempt;
    }

    private Prediction askInstead(Snapshot.Pin pin, Request question) {
        String id = flow.id();
        Contest contest = pin.contest();
        if (contest != null) {
            contest.turned(id);
        }
        return flow.askPinned(call(pin, question), () -> id, Flow.NOBODY, heard::add);
    }

    private static Call call(Snapshot.Pin pin, Request question) {
        return new Call(pin.served(), question, System.nanoTime());
    }

    private Request timed(Request question) {
        if (!isTimed()) {
            return question;
        }
        Duration left = requireTime();
        return question.timeout().filter(time -> time.compareTo(left) < 0).isPresent()
                ? question
                : question.within(left);
    }

    private Duration requireTime() {
        long left = left();
        if (left <= 0) {
            throw new DeadlineExceededException(
                    "the " + request.timeout().orElseThrow() + " of the request were over before it began", null);
        }
        return Duration.ofNanos(left);
    }

    /** Whether there is a deadline; one in a century is none. */
    private boolean isTimed() {
        return budget < Long.MAX_VALUE / 2;
    }

    private long left() {
        return isTimed() ? budget - (System.nanoTime() - start) : Long.MAX_VALUE;
    }
}
