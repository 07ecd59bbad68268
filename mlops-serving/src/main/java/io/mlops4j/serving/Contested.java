package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.inference.Inference;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.trial.Answer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request to a model that has a candidate. If the candidate is to answer and fails, the incumbent answers in its place
 * within what is left of the request's time; what the incumbent then does is not held for or against it, as it was not chosen
 * by chance.
 *
 * <p>Immutable.
 *
 * @param flow asks a version
 * @param slot has the incumbent
 * @param contest has the candidate
 * @param request the question
 * @param id of the inference
 * @param start {@link System#nanoTime()} when it was asked
 */
record Contested(Flow flow, Slot slot, Contest contest, Request request, String id, long start) {
    Prediction predict() {
        Served candidate = pinCandidate();
        if (candidate == null) {
            return predictByIncumbent();
        }
        try {
            return flow.ask(call(candidate), this::id, heard(candidate));
        } catch (RuntimeException | Error e) {
            if (!mayTurn(candidate, e)) {
                throw e;
            }
            contest.turned(id);
            Prediction prediction = flow.ask(call(slot.pin(request, start)), this::id, Flow.NOBODY);
            refusedAlone(candidate, e);
            return prediction;
        }
    }

    /** During a rollout a row goes the way of any request. */
    float[] score(float[] row, float @Nullable [] room) {
        Served served = slot.pin();
        RowForm form = served.form().orElse(null);
        if (form == null || row.length != form.features() || (room != null && room.length < form.outputs())) {
            // Refuses the row, as without a rollout.
            return flow.score(served, row, room);
        }
        served.lease().release();
        Map<String, Value> inputs =
                Map.of(form.input().name(), Tensor.ofFloats(row, form.inputRow().sizes()));
        var asRequest = new Contested(flow, slot, contest, Request.of(inputs), id, start);
        float[] answer = asRequest.predict().tensor(form.output().name()).floats();
        float[] out = room == null ? new float[form.outputs()] : room;
        System.arraycopy(answer, 0, out, 0, form.outputs());
        return out;
    }

    private Prediction predictByIncumbent() {
        Served incumbent = slot.pin(request, start);
        try {
            return flow.ask(call(incumbent), this::id, heardAfterWaiting(incumbent));
        } catch (RuntimeException | Error e) {
            failed(incumbent, e);
            throw e;
        }
    }

    /** Asks the version that was chosen before, which stays pinned; no other answers in its place. */
    Prediction askPinned(Served chosen, Consumer<Inference> later) {
        try {
            return flow.askPinned(call(chosen), this::id, heard(chosen), later);
        } catch (RuntimeException | Error e) {
            failed(chosen, e);
            throw e;
        }
    }

    /** As {@link #askPinned}, without blocking. */
    CompletionStage<Prediction> submitPinned(Served chosen, Consumer<Inference> later) {
        return flow.submitPinned(call(chosen), this::id, heard(chosen), later).whenComplete((prediction, e) -> {
            if (e != null) {
                failed(chosen, Causes.of(e));
            }
        });
    }

    CompletionStage<Prediction> submit() {
        Served candidate = pinCandidate();
        if (candidate == null) {
            return slot.pinned(request, start, this::submitToIncumbent);
        }
        return flow.submit(call(candidate), this::id, heard(candidate))
                .exceptionallyCompose(e -> submitToOther(candidate, Causes.of(e)));
    }

    private CompletionStage<Prediction> submitToIncumbent(Served incumbent) {
        return flow.submit(call(incumbent), this::id, heardAfterWaiting(incumbent))
                .whenComplete((prediction, e) -> {
                    if (e != null) {
                        failed(incumbent, Causes.of(e));
                    }
                });
    }

    private CompletionStage<Prediction> submitToOther(Served candidate, Throwable e) {
        if (!mayTurn(candidate, e)) {
            return CompletableFuture.failedFuture(e);
        }
        contest.turned(id);
        return slot.pinned(request, start, served -> flow.submit(call(served), this::id, Flow.NOBODY))
                .thenApply(prediction -> {
                    refusedAlone(candidate, e);
                    return prediction;
                });
    }

    private @Nullable Served pinCandidate() {
        return contest.tryPin(request.key().orElse(id));
    }

    private Call call(Served served) {
        return new Call(served, request, start);
    }

    /** What an evicted incumbent took to come back is not its latency: a candidate is never evicted. */
    private Flow.Witness heardAfterWaiting(Served served) {
        long waited = System.nanoTime() - start;
        return (nanos, outputs) -> answered(served, nanos - waited, outputs);
    }

    private Flow.Witness heard(Served served) {
        return (nanos, outputs) -> answered(served, nanos, outputs);
    }

    private void answered(Served served, long nanos, Map<String, Value> outputs) {
        contest.answered(served, nanos, outputs);
        contest.copy(id, served, request, Answer.of(nanos, outputs));
    }

    private void failed(Served served, Throwable e) {
        long nanos = System.nanoTime() - start;
        contest.failed(served, nanos, e);
        if (Contest.isItsFault(e)) {
            contest.copy(id, served, request, Answer.failed(nanos));
        }
    }

    /** Counts the candidate's failure, and says whether the incumbent may still answer. */
    private boolean mayTurn(Served candidate, Throwable e) {
        contest.failed(candidate, System.nanoTime() - start, e);
        return e instanceof RuntimeException && call(candidate).left() > 0;
    }

    /** What the candidate refused and the incumbent took is the candidate's failure. */
    void refusedAlone(Served candidate, Throwable e) {
        if (e instanceof RejectedInputException) {
            contest.failed(
                    candidate, System.nanoTime() - start, new InferenceException(String.valueOf(e.getMessage()), e));
        }
    }
}
