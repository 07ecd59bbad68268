package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/**
 * Runs each call by itself, as soon as it comes: on the caller's thread, or on one of the server's workers if the caller
 * does not wait.
 *
 * <p>Thread-safe.
 */
final class DirectDispatcher implements Dispatcher {
    private final LoadedModel model;
    private final Deadlines deadlines;
    private final Workers workers;

    DirectDispatcher(LoadedModel model, Deadlines deadlines, Workers workers) {
        this.model = model;
        this.deadlines = deadlines;
        this.workers = workers;
    }

    @Override
    public Map<String, Value> run(Call call) {
        return call.isTimed() ? runTimed(call) : model.run(call.inputs());
    }

    private Map<String, Value> runTimed(Call call) {
        long left = call.left();
        if (left <= 0) {
            throw call.tooLate(null);
        }
        var signal = new StopSignal();
        Future<?> alarm = deadlines.stopAfter(left, signal);
        try {
            return model.run(call.inputs(), signal);
        } catch (InferenceException e) {
            throw signal.stopped() ? call.tooLate(e) : e;
        } finally {
            alarm.cancel(false);
        }
    }

    @Override
    public CompletionStage<Map<String, Value>> submit(Call call) {
        var answer = new CompletableFuture<Map<String, Value>>();
        workers.execute("model " + call.served().version(), () -> {
            try {
                answer.complete(run(call));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    @Override
    public void score(RowScorer scorer, float[] row, float[] out) {
        scorer.score(row, out);
    }

    @Override
    public void terminate() {
        // What waits for a worker runs into the model's own end.
    }

    @Override
    public void close() {
        // The threads are the server's.
    }
}
