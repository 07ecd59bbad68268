package io.mlops4j.serving;

import io.mlops4j.MlopsException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What goes around a call: observers outermost, then interceptors, then the way through the server. A server without any
 * has none of it.
 *
 * <p>Thread-safe.
 */
final class Around {
    private final Flow flow;
    private final List<Interceptor> interceptors;
    private final List<CallObserver> observers;

    private Around(Flow flow, List<Interceptor> interceptors, List<CallObserver> observers) {
        this.flow = flow;
        this.interceptors = List.copyOf(interceptors);
        this.observers = List.copyOf(observers);
    }

    /** Null if nothing goes around a call. */
    static @Nullable Around of(Flow flow, List<Interceptor> interceptors, List<CallObserver> observers) {
        return interceptors.isEmpty() && observers.isEmpty() ? null : new Around(flow, interceptors, observers);
    }

    Prediction predict(Slot slot, Request request) {
        return predict(slot.name(), request, last -> flow.predict(slot, last));
    }

    /** Goes around another way than the usual. */
    Prediction predict(ModelName model, Request request, Function<Request, Prediction> way) {
        Observations seen = Observations.start(observers, model);
        try {
            List<Request> passed = before(model, request);
            Prediction prediction = after(model, passed, way.apply(last(passed)));
            seen.answered(prediction.version());
            return prediction;
        } catch (Throwable e) {
            seen.failed(e);
            throw e;
        }
    }

    CompletionStage<Prediction> submit(Slot slot, Request request) {
        return submit(slot.name(), request, last -> flow.submit(slot, last));
    }

    /** Goes around another way than the usual. */
    CompletionStage<Prediction> submit(
            ModelName model, Request request, Function<Request, CompletionStage<Prediction>> way) {
        Observations seen = Observations.start(observers, model);
        List<Request> passed;
        CompletionStage<Prediction> running;
        try {
            passed = before(model, request);
            running = way.apply(last(passed));
        } catch (MlopsException e) {
            seen.failed(e);
            return CompletableFuture.failedFuture(e);
        } catch (Throwable e) {
            seen.failed(e);
            throw e;
        }
        var answer = new CompletableFuture<Prediction>();
        running.whenComplete((prediction, failure) -> {
            if (failure != null) {
                fail(answer, seen, Causes.of(failure));
            } else {
                complete(answer, seen, model, passed, prediction);
            }
        });
        return answer;
    }

    private void complete(
            CompletableFuture<Prediction> answer,
            Observations seen,
            ModelName model,
            List<Request> passed,
            Prediction prediction) {
        Prediction changed;
        try {
            changed = after(model, passed, prediction);
        } catch (Throwable e) {
            fail(answer, seen, e);
            return;
        }
        try {
            seen.answered(changed.version());
        } finally { // whatever an observer does, an answer that is there is given
            answer.complete(changed);
        }
    }

    private static void fail(CompletableFuture<Prediction> answer, Observations seen, Throwable e) {
        try {
            seen.failed(e);
        } finally {
            answer.completeExceptionally(e);
        }
    }

    /** A row goes the way of a request, so that nobody goes past an interceptor. */
    float[] score(Slot slot, float[] row, float @Nullable [] room) {
        RowWording words = RowWording.of(slot.meant(Request.PLAIN), row, room);
        if (words == null) {
            return flow.score(slot.pin(), row, room); // refuses the row
        }
        Prediction prediction = predict(slot.name(), words.request(row), last -> flow.predict(slot, last, words));
        return words.read(prediction, room);
    }

    /** The request as it came, and as each interceptor left it. */
    private List<Request> before(ModelName model, Request request) {
        List<Request> passed = new ArrayList<>(interceptors.size() + 1);
        passed.add(request);
        for (Interceptor interceptor : interceptors) {
            Request next = last(passed);
            passed.add(contained(interceptor, model, () -> interceptor.before(model, next)));
        }
        return passed;
    }

    private static Request last(List<Request> passed) {
        return passed.get(passed.size() - 1);
    }

    private Prediction after(ModelName model, List<Request> passed, Prediction prediction) {
        Prediction answer = prediction;
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            Interceptor interceptor = interceptors.get(i);
            Request request = passed.get(i + 1);
            Prediction next = answer;
            answer = contained(interceptor, model, () -> interceptor.after(model, request, next));
        }
        return answer;
    }

    private static <T> T contained(Interceptor interceptor, ModelName model, Supplier<@Nullable T> call) {
        T result;
        try {
            result = call.get();
        } catch (MlopsException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new InterceptorException(
                    "Interceptor " + interceptor.getClass().getName() + " failed on a call of model " + model + ": "
                            + Text.quote(e.toString()),
                    e);
        }
        if (result == null) {
            throw new InterceptorException(
                    "Interceptor " + interceptor.getClass().getName() + " gave null on a call of model " + model
                            + ", expected what to go on with",
                    null);
        }
        return result;
    }
}
