package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.inference.Inference;
import io.mlops4j.model.Value;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/*
 * As EnsembleRun, for a caller that does not wait: pins, attempts, and attempts once more with what is served if a rollout has
 * chosen a candidate and that failed. The second attempt does not wait for what still runs of the first, which keeps its own
 * leases until then, and tells the listeners of its answers by itself.
 */
/**
 * The way of a submitted request through an ensemble.
 *
 * <p>Thread-safe.
 */
final class EnsembleSubmission {
    private final EnsembleQuestion question;
    private final Collection<Slot> slots;
    private final Flow flow;
    private final @Nullable Around around;
    private final Workers workers;
    private final EnsembleMeters meters;
    private final CompletableFuture<EnsemblePrediction> answer = new CompletableFuture<>();
    private final Refusal refusal = new Refusal();

    EnsembleSubmission(
            EnsembleQuestion question,
            Collection<Slot> slots,
            Flow flow,
            @Nullable Around around,
            Workers workers,
            EnsembleMeters meters) {
        this.question = question;
        this.slots = slots;
        this.flow = flow;
        this.around = around;
        this.workers = workers;
        this.meters = meters;
    }

    CompletionStage<EnsemblePrediction> submit() {
        try {
            question.check();
            Request request = question.request();
            Snapshot.pinLater(slots, request, question.start(), request.key().orElseGet(flow::id))
                    .whenComplete(this::begin);
        } catch (Throwable e) {
            fail(e);
        }
        return answer;
    }

    private void begin(@Nullable Snapshot snapshot, @Nullable Throwable e) {
        if (snapshot == null) {
            fail(Causes.of(e == null ? new IllegalStateException("nothing was pinned") : e));
            return;
        }
        boolean mayTurn = snapshot.hasCandidate();
        attempt(snapshot, this::askAsChosen, new EnsembleAttempt.Ending() {
            @Override
            public void answered(EnsemblePrediction prediction) {
                complete(prediction);
            }

            @Override
            public void failed(Throwable e) {
                if (mayTurn && e instanceof RuntimeException && question.left() > 0) {
                    beginAnew(e);
                } else {
                    fail(e);
                }
            }
        });
    }

    private void beginAnew(Throwable first) {
        Snapshot.pinLater(slots, question.request(), question.start(), null).whenComplete((snapshot, e) -> {
            if (e != null) {
                fail(Causes.after(first, Causes.of(e)));
            } else {
                attempt(snapshot, this::askInstead, new Turned(first));
            }
        });
    }

    /** The end of the second attempt. */
    private final class Turned implements EnsembleAttempt.Ending {
        private final Throwable first;

        Turned(Throwable first) {
            this.first = first;
        }

        @Override
        public void answered(EnsemblePrediction prediction) {
            refusal.wasAlone();
            complete(prediction);
        }

        @Override
        public void failed(Throwable e) {
            fail(Causes.after(first, e));
        }
    }

    private void attempt(Snapshot snapshot, Way way, EnsembleAttempt.Ending ending) {
        EnsembleAttempt.Asking asking = (pin, inputs, heard) -> ask(pin, inputs, way, heard);
        new EnsembleAttempt(question, snapshot, asking, flow, workers, ending).begin();
    }

    private void complete(EnsemblePrediction prediction) {
        refusal.drop();
        meters.answered(question.start());
        answer.complete(prediction);
    }

    private void fail(Throwable e) {
        refusal.drop();
        meters.failed(question.start(), e);
        answer.completeExceptionally(e);
    }

    /** How a pinned version is asked. */
    private interface Way {
        CompletionStage<Prediction> ask(Snapshot.Pin pin, Request asked, Queue<Inference> heard);
    }

    private CompletionStage<Prediction> ask(
            Snapshot.Pin pin, Map<String, Value> inputs, Way way, Queue<Inference> heard) {
        Request asked = question.to(pin, inputs);
        Around wrapped = around;
        return wrapped == null
                ? way.ask(pin, asked, heard)
                : wrapped.submit(pin.slot().name(), asked, changed -> way.ask(pin, question.timed(changed), heard));
    }

    private CompletionStage<Prediction> askAsChosen(Snapshot.Pin pin, Request asked, Queue<Inference> heard) {
        Contest contest = pin.contest();
        if (contest == null) {
            return askInstead(pin, asked, heard);
        }
        var contested = new Contested(flow, pin.slot(), contest, asked, flow.id(), System.nanoTime());
        Attempt attempt = contested.attempt(pin.served());
        return contested.submitPinned(attempt, heard::add).whenComplete((prediction, e) -> {
            if (e != null) {
                failed(attempt, pin, Causes.of(e));
            }
        });
    }

    private void failed(Attempt attempt, Snapshot.Pin pin, Throwable e) {
        if (pin.isCandidate() && e instanceof RejectedInputException) {
            refusal.by(attempt);
        } else {
            attempt.failed(e);
        }
    }

    private CompletionStage<Prediction> askInstead(Snapshot.Pin pin, Request asked, Queue<Inference> heard) {
        String id = pin.turned(flow.id());
        return flow.submitPinned(pin.call(asked), () -> id, Flow.NOBODY, heard::add);
    }
}
