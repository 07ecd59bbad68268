package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/*
 * A model without a queue of its own.
 *
 *  - Who waits for an answer runs the model on his own thread, so nothing but the end of the run frees him. A runtime may not
 *    hear the signal, or late: what comes after the deadline is no answer.
 *  - Who does not wait is told by the alarm, even while his request waits for a worker or the model runs. Then the caller's
 *    lease goes back; so the work has another one, until its run has ended or turned out not to be needed.
 *  - Workers may all be busy with just the runs that are late, or in code of the host. So bad news has a thread of its own, and
 *    when the model is to end, what still waits for a worker is sent away: a worker that takes it finds it gone.
 */
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
    private final ThreadPoolExecutor teller = WorkerThread.pool(1, Integer.MAX_VALUE, () -> "mlops-inference-late");
    private final Tellers tellers = new Tellers(teller);

    /** What waits for a worker. Who takes it out runs it, or sends it away. */
    private final Set<Work> waiting = ConcurrentHashMap.newKeySet();

    private volatile boolean terminated;

    DirectDispatcher(LoadedModel model, Deadlines deadlines, Workers workers) {
        this.model = model;
        this.deadlines = deadlines;
        this.workers = workers;
    }

    @Override
    public Map<String, Value> run(Call call) {
        if (!call.isTimed()) {
            return model.run(call.inputs());
        }
        var signal = new StopSignal();
        Future<?> alarm = deadlines.stopAfter(call.left(), signal);
        try {
            return runTimed(call, signal);
        } finally {
            alarm.cancel(false);
        }
    }

    private static Map<String, Value> requireInTime(Call call, Map<String, Value> outputs) {
        if (call.left() <= 0) {
            throw call.tooLate(null);
        }
        return outputs;
    }

    private Map<String, Value> runTimed(Call call, StopSignal signal) {
        Map<String, Value> inputs = requireInTime(call, call.inputs());
        try {
            return requireInTime(call, model.run(inputs, signal));
        } catch (InferenceException e) {
            throw signal.stopped() ? call.tooLate(e) : e;
        }
    }

    @Override
    public CompletionStage<Map<String, Value>> submit(Call call) {
        var work = new Work(call);
        work.begin();
        return work.answer;
    }

    /** A call that nobody waits for. */
    private final class Work implements Runnable {
        private final CompletableFuture<Map<String, Value>> answer = new CompletableFuture<>();
        private final StopSignal signal = new StopSignal();
        private final Call call;
        private final Lease lease;
        private @Nullable Future<?> alarm;

        Work(Call call) {
            this.call = call;
            this.lease = call.served().lease();
        }

        void begin() {
            lease.share();
            if (call.isTimed()) {
                alarm = deadlines.after(call.left(), this::ring);
            }
            waiting.add(this);
            try {
                workers.execute("model " + call.served().version(), this);
            } catch (Throwable e) {
                if (waiting.remove(this)) {
                    end();
                    throw e;
                }
            }
            if (terminated) { // which may not have seen it
                sendAway();
            }
        }

        void sendAway() {
            if (waiting.remove(this)) {
                tellers.execute(() -> {
                    end();
                    answer.completeExceptionally(new InferenceException(
                            "Cannot run a request to model " + call.served().version()
                                    + ": the model was retired and stopped",
                            null));
                });
            }
        }

        private void ring() {
            tellers.execute(() -> answer.completeExceptionally(call.tooLate(null)));
            signal.stop();
        }

        /** The lease goes back before anybody hears of the end: who hears of it may swap models. */
        @Override
        public void run() {
            if (!waiting.remove(this)) {
                return;
            }
            Map<String, Value> outputs;
            try {
                outputs = call.isTimed() ? runTimed(call, signal) : model.run(call.inputs());
            } catch (Throwable e) {
                end();
                answer.completeExceptionally(e);
                return;
            }
            end();
            answer.complete(outputs);
        }

        private void end() {
            if (alarm != null) {
                alarm.cancel(false);
            }
            lease.release();
        }
    }

    @Override
    public void score(RowScorer scorer, float[] row, float[] out) {
        scorer.score(row, out);
    }

    @Override
    public void terminate() {
        terminated = true;
        waiting.forEach(Work::sendAway);
    }

    @Override
    public void close() {
        teller.shutdown();
    }
}
