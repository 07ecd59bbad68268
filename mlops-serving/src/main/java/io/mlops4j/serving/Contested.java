package io.mlops4j.serving;

import io.mlops4j.inference.Inference;
import io.mlops4j.serving.trial.Arm;
import io.mlops4j.serving.trial.Place;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * @param words in whose names it is asked
 * @param id of the inference
 * @param start {@link System#nanoTime()} when it was asked
 */
record Contested(Flow flow, Slot slot, Contest contest, Request request, Wording words, String id, long start) {
    /** A request in the names of the version that answers. */
    Contested(Flow flow, Slot slot, Contest contest, Request request, String id, long start) {
        this(flow, slot, contest, request, Wording.OWN, id, start);
    }

    Prediction predict() {
        Served candidate = pinCandidate();
        if (candidate == null) {
            return predictByIncumbent();
        }
        Attempt attempt = attempt(candidate, contest.ask(Arm.CANDIDATE), 0);
        try {
            return flow.ask(attempt.call(), words, this::id, attempt);
        } catch (RuntimeException | Error e) {
            if (!mayTurn(attempt, e)) {
                attempt.failed(e);
                throw e;
            }
            attempt.failedUnlessRefused(e);
            return predictInstead(attempt);
        } finally {
            attempt.place().leave();
        }
    }

    private Prediction predictInstead(Attempt attempt) {
        contest.turned(id);
        Prediction prediction = flow.ask(call(slot.pin(request, start)), words, this::id, Flow.NOBODY);
        attempt.refusedAlone();
        return prediction;
    }

    private Prediction predictByIncumbent() {
        Place place = contest.ask(Arm.INCUMBENT).waiting();
        try {
            return ask(attemptAfterWaiting(slot.pin(request, start), place));
        } finally {
            place.leave();
        }
    }

    private Prediction ask(Attempt attempt) {
        try {
            return flow.ask(attempt.call(), words, this::id, attempt);
        } catch (RuntimeException | Error e) {
            attempt.failed(e);
            throw e;
        }
    }

    /** Asks the version that was chosen before, which stays pinned; no other answers in its place. */
    Prediction askPinned(Attempt attempt, Consumer<Inference> later) {
        return flow.askPinned(attempt.call(), this::id, attempt, later);
    }

    /** As {@link #askPinned}, without blocking. */
    CompletionStage<Prediction> submitPinned(Attempt attempt, Consumer<Inference> later) {
        return flow.submitPinned(attempt.call(), this::id, attempt, later);
    }

    CompletionStage<Prediction> submit() {
        Served candidate = pinCandidate();
        if (candidate == null) {
            return submitToIncumbent();
        }
        Attempt attempt = attempt(candidate, contest.ask(Arm.CANDIDATE), 0);
        return Causes.unwrapped(flow.submit(attempt.call(), this::id, attempt)
                .exceptionallyCompose(e -> submitInstead(attempt, Causes.of(e)))
                .whenComplete((prediction, e) -> attempt.place().leave()));
    }

    private CompletionStage<Prediction> submitToIncumbent() {
        Place place = contest.ask(Arm.INCUMBENT).waiting();
        try {
            return Causes.unwrapped(slot.pinned(request, start, served -> submit(attemptAfterWaiting(served, place)))
                    .whenComplete((prediction, e) -> place.leave()));
        } catch (Throwable e) {
            place.leave();
            throw e;
        }
    }

    private CompletionStage<Prediction> submit(Attempt attempt) {
        return flow.submit(attempt.call(), this::id, attempt).whenComplete((prediction, e) -> {
            if (e != null) {
                attempt.failed(Causes.of(e));
            }
        });
    }

    private CompletionStage<Prediction> submitInstead(Attempt attempt, Throwable e) {
        if (!mayTurn(attempt, e)) {
            attempt.failed(e);
            return CompletableFuture.failedFuture(e);
        }
        attempt.failedUnlessRefused(e);
        contest.turned(id);
        return slot.pinned(request, start, served -> flow.submit(call(served), this::id, Flow.NOBODY))
                .thenApply(prediction -> {
                    attempt.refusedAlone();
                    return prediction;
                });
    }

    private @Nullable Served pinCandidate() {
        return contest.tryPin(request.key().orElse(id));
    }

    private Call call(Served served) {
        return new Call(served, request, start);
    }

    /** A version that is leased. */
    Attempt attempt(Served chosen) {
        return attempt(chosen, contest.ask(chosen), 0);
    }

    private Attempt attempt(Served served, Place place, long waited) {
        return new Attempt(this, served, place, waited, new AtomicBoolean(), new AtomicBoolean());
    }

    /** What an evicted incumbent took to come back is not its latency: a candidate is never evicted. */
    private Attempt attemptAfterWaiting(Served served, Place place) {
        if (!contest.isIncumbent(served)) {
            place.leave();
        }
        place.begun();
        return attempt(served, place, System.nanoTime() - start);
    }

    /** Whether the incumbent may still answer. */
    private static boolean mayTurn(Attempt attempt, Throwable e) {
        return e instanceof RuntimeException && attempt.call().left() > 0;
    }
}
