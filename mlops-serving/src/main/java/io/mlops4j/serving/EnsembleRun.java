package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.inference.Inference;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/*
 * One request to an ensemble, of a caller that waits: its steps run one after the other, on his thread.
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
    private final EnsembleQuestion question;
    private final Collection<Slot> slots;
    private final Flow flow;
    private final @Nullable Around around;
    private final List<Inference> heard = new ArrayList<>();
    /** What a candidate has refused, and nobody else was asked yet. */
    private @Nullable Attempt refused;

    EnsembleRun(EnsembleQuestion question, Collection<Slot> slots, Flow flow, @Nullable Around around) {
        this.question = question;
        this.slots = slots;
        this.flow = flow;
        this.around = around;
    }

    EnsemblePrediction predict() {
        question.check();
        try {
            return answer();
        } finally {
            refusedBy(null);
            heard.forEach(flow::publish);
        }
    }

    private EnsemblePrediction answer() {
        Request request = question.request();
        RuntimeException first;
        try (Snapshot snapshot =
                Snapshot.pin(slots, request, question.start(), request.key().orElseGet(flow::id))) {
            try {
                return snapshot.during(() -> run(snapshot, this::askAsChosen));
            } catch (RuntimeException e) {
                if (!snapshot.hasCandidate() || question.left() <= 0) {
                    throw e;
                }
                first = e;
            }
        }
        try (Snapshot served = Snapshot.pinServed(slots, request, question.start())) {
            return served.during(() -> {
                EnsemblePrediction prediction = run(served, this::askInstead);
                if (refused != null) {
                    refused.refusedAlone();
                }
                return prediction;
            });
        } catch (RuntimeException e) {
            throw Causes.after(first, e);
        }
    }

    private EnsemblePrediction run(Snapshot snapshot, Asking asking) {
        Ensemble ensemble = question.ensemble();
        Map<String, Map<String, Value>> given = new HashMap<>();
        Map<String, Prediction> predictions = new LinkedHashMap<>();
        for (Step step : ensemble.steps()) {
            try {
                Map<String, Value> inputs = question.values(step.bindings(), given);
                Optional<ModelName> model = step.model();
                if (model.isPresent()) {
                    Prediction prediction = ask(snapshot.of(model.get()), inputs, asking);
                    predictions.put(step.name(), prediction);
                    given.put(step.name(), prediction.outputs());
                } else {
                    given.put(step.name(), question.call(step, inputs));
                }
            } catch (RuntimeException e) {
                throw StepFailure.of(ensemble, step, e);
            }
        }
        return new EnsemblePrediction(predictions, question.values(ensemble.sources(), given));
    }

    private Prediction ask(Snapshot.Pin pin, Map<String, Value> inputs, Asking asking) {
        Request asked = question.to(pin, inputs);
        Around wrapped = around;
        return wrapped == null
                ? asking.ask(pin, asked)
                : wrapped.predict(pin.slot().name(), asked, changed -> asking.ask(pin, question.timed(changed)));
    }

    /** How a pinned version is asked. */
    private interface Asking {
        Prediction ask(Snapshot.Pin pin, Request asked);
    }

    private Prediction askAsChosen(Snapshot.Pin pin, Request asked) {
        Contest contest = pin.contest();
        if (contest == null) {
            return askInstead(pin, asked);
        }
        var contested = new Contested(flow, pin.slot(), contest, asked, flow.id(), System.nanoTime());
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

    /** Holds what was refused, or lets it go. */
    private void refusedBy(@Nullable Attempt attempt) {
        if (refused != null) {
            refused.place().leave();
        }
        refused = attempt;
    }

    private Prediction askInstead(Snapshot.Pin pin, Request asked) {
        String id = pin.turned(flow.id());
        return flow.askPinned(pin.call(asked), () -> id, Flow.NOBODY, heard::add);
    }
}
