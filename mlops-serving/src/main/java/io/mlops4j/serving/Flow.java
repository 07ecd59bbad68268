package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.inference.Inference;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a request through the server: pin a version, dispatch, let it go, count, tell the listeners.
 *
 * <p>Thread-safe.
 */
final class Flow {
    static final Witness NOBODY = (nanos, outputs) -> {};

    private final Listeners listeners;
    private final Clock clock;
    private final Supplier<String> ids;
    private final Consumer<Inference> atOnce = this::publish;

    Flow(Listeners listeners, Clock clock, Supplier<String> ids) {
        this.listeners = listeners;
        this.clock = clock;
        this.ids = ids;
    }

    /** Hears of an answer before its caller does. */
    interface Witness {
        void answered(long nanos, Map<String, Value> outputs);
    }

    Prediction predict(Slot slot, Request request) {
        return predict(slot, request, Wording.OWN);
    }

    Prediction predict(Slot slot, Request request, Wording words) {
        long start = System.nanoTime();
        Contest contest = request.policy().isPresent() ? null : slot.contest();
        if (contest != null) {
            return new Contested(this, slot, contest, request, words, ids.get(), start).predict();
        }
        Supplier<String> id = id(slot, request); // before anything is pinned: it is the host's code
        return ask(new Call(slot.pin(request, start), request, start), words, id, NOBODY);
    }

    /** The outcome of what named its version counts for neither side of a rollout: it was not chosen by chance. */
    private Supplier<String> id(Slot slot, Request request) {
        Contest contest = request.policy().isPresent() ? slot.contest() : null;
        if (contest == null) {
            return ids;
        }
        String id = ids.get();
        contest.turned(id);
        return () -> id;
    }

    /** Asks the version that a call has pinned, in its own names, and lets it go. Of what is no answer, no witness hears. */
    Prediction ask(Call call, Wording words, Supplier<String> id, Witness witness) {
        if (words == Wording.OWN) {
            return ask(call, id, witness);
        }
        Served served = call.served();
        Call own;
        try {
            own = call.asking(words.inputs(served, call.inputs()));
        } catch (Throwable e) {
            served.lease().release();
            served.meters().failed(e);
            throw e;
        }
        Prediction said = ask(own, id, (nanos, outputs) -> {
            Map<String, Value> unused = words.outputs(served, outputs);
            witness.answered(nanos, outputs);
        });
        return new Prediction(said.id(), said.version(), words.outputs(served, said.outputs()));
    }

    private Prediction ask(Call call, Supplier<String> id, Witness witness) {
        Map<String, Value> outputs;
        try {
            outputs = compute(call);
        } finally {
            call.served().lease().release();
        }
        return answered(call, outputs, id, witness, atOnce);
    }

    /** Asks the version that a call has pinned, which stays pinned; so listeners must be told later. */
    Prediction askPinned(Call call, Supplier<String> id, Witness witness, Consumer<Inference> later) {
        return answered(call, compute(call), id, witness, later);
    }

    private static Map<String, Value> compute(Call call) {
        try {
            return call.served().dispatcher().run(call);
        } catch (Throwable e) {
            call.served().meters().failed(e);
            throw e;
        }
    }

    /** An id that no other inference has. */
    String id() {
        return ids.get();
    }

    CompletionStage<Prediction> submit(Slot slot, Request request) {
        long start = System.nanoTime();
        Contest contest = request.policy().isPresent() ? null : slot.contest();
        if (contest != null) {
            return new Contested(this, slot, contest, request, ids.get(), start).submit();
        }
        Supplier<String> id = id(slot, request);
        return slot.pinned(request, start, served -> submit(new Call(served, request, start), id, NOBODY));
    }

    /** Asks the version that a call has pinned, and lets it go when the answer is there. */
    CompletionStage<Prediction> submit(Call call, Supplier<String> id, Witness witness) {
        return submit(call, call.served().lease()::release, id, witness, atOnce);
    }

    /** Asks the version that a call has pinned, which stays pinned; so listeners must be told later. */
    CompletionStage<Prediction> submitPinned(
            Call call, Supplier<String> id, Witness witness, Consumer<Inference> later) {
        return submit(call, () -> {}, id, witness, later);
    }

    private CompletionStage<Prediction> submit(
            Call call, Runnable through, Supplier<String> id, Witness witness, Consumer<Inference> told) {
        Served served = call.served();
        CompletionStage<Map<String, Value>> running;
        try {
            running = served.dispatcher().submit(call);
        } catch (Throwable e) {
            through.run();
            served.meters().failed(e);
            return CompletableFuture.failedFuture(e);
        }
        var answer = new CompletableFuture<Prediction>();
        // The lease goes back before anybody hears of the answer: who hears of it may swap models.
        running.whenComplete((outputs, failure) -> {
            through.run();
            if (failure != null) {
                served.meters().failed(failure);
                answer.completeExceptionally(failure);
            } else {
                complete(answer, call, outputs, id, witness, told);
            }
        });
        return answer;
    }

    private void complete(
            CompletableFuture<Prediction> answer,
            Call call,
            Map<String, Value> outputs,
            Supplier<String> id,
            Witness witness,
            Consumer<Inference> told) {
        Prediction prediction;
        try {
            prediction = answered(call, outputs, id, witness, told);
        } catch (Throwable e) {
            answer.completeExceptionally(e);
            return;
        }
        answer.complete(prediction);
    }

    private Prediction answered(
            Call call, Map<String, Value> outputs, Supplier<String> id, Witness witness, Consumer<Inference> told) {
        Served served = call.served();
        long nanos = System.nanoTime() - call.start();
        try {
            witness.answered(nanos, outputs); // may find that it is no answer
        } catch (Throwable e) {
            served.meters().failed(e);
            throw e;
        }
        served.meters().ok(nanos);
        var prediction = new Prediction(id.get(), served.version(), outputs);
        if (!listeners.isEmpty()) {
            told.accept(inference(prediction.id(), served, nanos, call.inputs(), outputs));
        }
        return prediction;
    }

    /** Scores a row; {@code room} null means to make it. During a rollout a row goes the way of any request. */
    float[] score(Slot slot, float[] row, float @Nullable [] room) {
        Contest contest = slot.contest();
        RowWording words = contest == null ? null : RowWording.of(slot.meant(Request.PLAIN), row, room);
        if (contest == null || words == null) {
            return score(slot.pin(), row, room); // refuses the row, if there is no such wording
        }
        var contested = new Contested(this, slot, contest, words.request(row), words, ids.get(), System.nanoTime());
        return words.read(contested.predict(), room);
    }

    /** Scores a row by the version that is pinned, and lets it go. */
    float[] score(Served served, float[] row, float @Nullable [] room) {
        long start = nanoTime(served);
        float[] asked = row == room && !listeners.isEmpty() ? row.clone() : row;
        float[] out;
        try {
            RowScorer scorer = scorer(served);
            out = room == null ? new float[scorer.outputs()] : room;
            served.dispatcher().score(scorer, row, out);
        } catch (Throwable e) {
            served.meters().failed(e);
            throw e;
        } finally {
            served.lease().release();
        }
        scored(served, start, asked, out);
        return out;
    }

    private static RowScorer scorer(Served served) {
        RowScorer scorer = served.scorer();
        if (scorer == null) {
            throw new RejectedInputException("Cannot score a row by model " + served.version()
                    + ": expected a model of one FLOAT32 input [rows, features] with a FLOAT32 output; use predict");
        }
        return scorer;
    }

    /** The clock is not free beside a model that answers in two microseconds: read it only for somebody. */
    private long nanoTime(Served served) {
        return served.meters().areOn() || !listeners.isEmpty() ? System.nanoTime() : 0;
    }

    private void scored(Served served, long start, float[] row, float[] out) {
        if (!served.meters().areOn() && listeners.isEmpty()) {
            return;
        }
        long nanos = System.nanoTime() - start;
        served.meters().ok(nanos);
        if (!listeners.isEmpty()) {
            publishRow(served, nanos, row, out);
        }
    }

    private void publishRow(Served served, long nanos, float[] row, float[] out) {
        served.form().ifPresent(form -> {
            float[] answer = out.length == form.outputs() ? out : Arrays.copyOf(out, form.outputs());
            publish(inference(
                    ids.get(),
                    served,
                    nanos,
                    Map.of(
                            form.input().name(),
                            Tensor.ofFloats(row, form.inputRow().sizes())),
                    Map.of(
                            form.output().name(),
                            Tensor.ofFloats(answer, form.outputRow().sizes()))));
        });
    }

    private Inference inference(
            String id, Served served, long nanos, Map<String, Value> inputs, Map<String, Value> outputs) {
        return new Inference(id, served.version(), clock.instant(), Duration.ofNanos(nanos), inputs, outputs);
    }

    /** Tells the listeners; nobody may hold a lease for it. */
    void publish(Inference inference) {
        listeners.publish(inference);
    }
}
