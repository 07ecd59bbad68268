package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.model.ModelName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers what a server is asked of its ensembles.
 *
 * <p>Thread-safe.
 */
final class EnsembleDesk implements AutoCloseable {
    private final Ensembles ensembles;
    private final Flow flow;
    private final @Nullable Around around;
    private final Workers workers;
    private final Map<Ensemble, Line> lines = new HashMap<>();

    /** What belongs to one ensemble. */
    private record Line(List<Slot> slots, EnsembleMeters meters) {}

    /**
     * Opens a desk.
     *
     * @param slot finds a model's slot
     */
    EnsembleDesk(
            Ensembles ensembles,
            Function<ModelName, Slot> slot,
            Flow flow,
            @Nullable Around around,
            Workers workers,
            @Nullable MeterRegistry registry) {
        this.ensembles = ensembles;
        this.flow = flow;
        this.around = around;
        this.workers = workers;
        for (Ensemble one : ensembles.all()) {
            List<Slot> slots = one.models().stream().map(slot).toList();
            lines.put(one, new Line(slots, new EnsembleMeters(registry, one)));
        }
    }

    /** Whether there are no ensembles. */
    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** Answers on the caller's thread. */
    EnsemblePrediction predict(Ensemble ensemble, Request request) {
        Line line = line(ensemble);
        var question = new EnsembleQuestion(ensemble, request, System.nanoTime());
        EnsemblePrediction prediction;
        try {
            prediction = new EnsembleRun(question, line.slots(), flow, around).predict();
        } catch (Throwable e) {
            line.meters().failed(question.start(), e);
            throw e;
        }
        line.meters().answered(question.start());
        return prediction;
    }

    /** Answers later. */
    CompletionStage<EnsemblePrediction> submit(Ensemble ensemble, Request request) {
        Line line = line(ensemble);
        line.slots().forEach(slot -> slot.meant(Request.PLAIN)); // throws if the server is closed
        if (WorkerThread.isCurrent()) {
            return OnWorker.submit(() -> predict(ensemble, request));
        }
        var question = new EnsembleQuestion(ensemble, request, System.nanoTime());
        return new EnsembleSubmission(question, line.slots(), flow, around, workers, line.meters()).submit();
    }

    private Line line(Ensemble ensemble) {
        Line line = lines.get(ensemble);
        if (line == null) {
            throw ensembles.notServed(ensemble);
        }
        return line;
    }

    /** Removes the meters. */
    @Override
    public void close() {
        lines.values().forEach(line -> line.meters().close());
    }
}
