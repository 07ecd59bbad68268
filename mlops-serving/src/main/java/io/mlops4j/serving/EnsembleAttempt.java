package io.mlops4j.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.inference.Inference;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * The steps of one request to an ensemble, by one snapshot, for a caller that does not wait.
 *
 *  - A step begins when all it is wired to is given: at the start, or on the thread on which the last of it came. `running`
 *    counts the steps that have begun, and those that are about to; who brings it to zero finds all done, or a failure, as
 *    the steps have no cycle. So the leases go back once, after the last step, however it ended.
 *  - The first failure ends the whole for its caller. No step begins after it; those that run are not waited for by anybody
 *    but the leases.
 *  - Models run where their dispatchers run them. Functions go to the server's workers: a thread that brings a step's answer
 *    may hold an instance of its model.
 */
/**
 * Runs the steps of an ensemble side by side, as far as they do not wait for each other.
 *
 * <p>Thread-safe.
 */
final class EnsembleAttempt {
    private final EnsembleQuestion question;
    private final Snapshot snapshot;
    private final Asking asking;
    private final Flow flow;
    private final Workers workers;
    private final Ending ending;
    private final Map<String, Map<String, Value>> given = new ConcurrentHashMap<>();
    private final Map<String, Prediction> predictions = new ConcurrentHashMap<>();
    private final Queue<Inference> heard = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final Set<Step> waiting;

    @GuardedBy("lock") private int running;

    @GuardedBy("lock") private @Nullable Throwable failure;

    /** Asks a pinned version, without blocking; what it answers is also added to what listeners will hear. */
    interface Asking {
        CompletionStage<Prediction> ask(Snapshot.Pin pin, Map<String, Value> inputs, Queue<Inference> heard);
    }

    /** What comes of it; one of the two, once. */
    interface Ending {
        /** The leases are back, and the listeners have heard. */
        void answered(EnsemblePrediction prediction);

        /** Other steps may be running still. */
        void failed(Throwable e);
    }

    /**
     * Makes an attempt.
     *
     * @param snapshot given back after the last step
     */
    EnsembleAttempt(
            EnsembleQuestion question, Snapshot snapshot, Asking asking, Flow flow, Workers workers, Ending ending) {
        this.question = question;
        this.snapshot = snapshot;
        this.asking = asking;
        this.flow = flow;
        this.workers = workers;
        this.ending = ending;
        this.waiting = new LinkedHashSet<>(question.ensemble().steps());
    }

    /** Begins. Blocks no longer than interceptors do, which run on this thread before the first steps. */
    void begin() {
        List<Step> first;
        lock.lock();
        try {
            first = takeReady();
        } finally {
            lock.unlock();
        }
        begin(first);
    }

    @GuardedBy("lock") private List<Step> takeReady() {
        List<Step> ready = new ArrayList<>();
        for (Step step : waiting) {
            if (step.bindings().values().stream()
                    .allMatch(wire -> wire.step().map(given::containsKey).orElse(true))) {
                ready.add(step);
            }
        }
        ready.forEach(waiting::remove);
        running += ready.size();
        return ready;
    }

    private void begin(List<Step> steps) {
        if (!steps.isEmpty()) {
            snapshot.during(() -> {
                steps.forEach(this::begin);
                return steps;
            });
        }
    }

    private void begin(Step step) {
        if (hasFailed()) {
            ended(step, null, null);
            return;
        }
        try {
            Map<String, Value> inputs = question.values(step.bindings(), given);
            if (step.model().isPresent()) {
                asking.ask(snapshot.of(step.model().get()), inputs, heard)
                        .whenComplete((prediction, e) -> answered(step, prediction, e));
            } else {
                workers.execute("ensemble " + question.ensemble(), () -> call(step, inputs));
            }
        } catch (Throwable e) {
            ended(step, null, e);
        }
    }

    private boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    private void answered(Step step, @Nullable Prediction prediction, @Nullable Throwable e) {
        if (prediction == null) {
            ended(step, null, e);
            return;
        }
        predictions.put(step.name(), prediction);
        ended(step, prediction.outputs(), null);
    }

    private void call(Step step, Map<String, Value> inputs) {
        Map<String, Value> outputs;
        try {
            outputs = question.call(step, inputs);
        } catch (Throwable e) {
            ended(step, null, e);
            return;
        }
        ended(step, outputs, null);
    }

    /** A step has given something, or failed; or neither, as it did not begin any more. */
    private void ended(Step step, @Nullable Map<String, Value> outputs, @Nullable Throwable e) {
        Throwable named = e == null ? null : named(step, Causes.of(e));
        Throwable first = null;
        List<Step> next = List.of();
        boolean last;
        boolean failed;
        lock.lock();
        try {
            running--;
            if (named != null && failure == null) {
                first = named;
                failure = named;
            }
            if (outputs != null) {
                given.put(step.name(), outputs);
            }
            failed = failure != null;
            if (!failed) {
                next = takeReady();
            }
            last = running == 0;
        } finally {
            lock.unlock();
        }
        if (last) {
            end(failed, first);
        } else if (first != null) {
            ending.failed(first);
        } else {
            begin(next);
        }
    }

    private Throwable named(Step step, Throwable e) {
        try {
            return e instanceof RuntimeException failed ? StepFailure.of(question.ensemble(), step, failed) : e;
        } catch (RuntimeException unreadable) { // the host's exception throws when it is asked what it says
            return e;
        }
    }

    /** No step runs any more. The leases go back before anybody hears of it: who hears may swap models. */
    private void end(boolean failed, @Nullable Throwable untold) {
        EnsemblePrediction prediction = null;
        Throwable why = untold;
        try {
            if (!failed) {
                prediction = prediction();
            }
        } catch (Throwable e) {
            why = e;
        } finally {
            snapshot.close();
        }
        try {
            heard.forEach(flow::publish);
        } catch (
                Throwable
                        e) { // an Error of a listener that is not contained: the caller hears of it, if of nothing else
            prediction = null;
            why = why == null && !failed ? e : why;
        }
        if (prediction != null) {
            ending.answered(prediction);
        } else if (why != null) {
            ending.failed(why);
        }
    }

    private EnsemblePrediction prediction() {
        Map<String, Prediction> inOrder = new LinkedHashMap<>();
        for (Step step : question.ensemble().steps()) {
            Prediction prediction = predictions.get(step.name());
            if (prediction != null) {
                inOrder.put(step.name(), prediction);
            }
        }
        return new EnsemblePrediction(
                inOrder, question.values(question.ensemble().sources(), given));
    }
}
