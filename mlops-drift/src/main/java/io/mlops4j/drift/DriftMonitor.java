package io.mlops4j.drift;

import io.mlops4j.RejectedInputException;
import io.mlops4j.inference.Inference;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.model.ModelName;
import io.mlops4j.training.DriftSignal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Watches one model: what goes in, what comes out and, when the truth arrives, how wrong it was. Inputs and outputs are
 * counted into the cells of reference profiles and judged over a window of rows; errors go through streaming detectors.
 *
 * <pre>{@code
 * var monitor = DriftMonitor.against(profile)
 *         .errors(PageHinkley.withDefaults().direction(Direction.UP))
 *         .window(Window.sliding(56))
 *         .clock(clock)
 *         .watch(rides);
 * monitor.record(row);                       // or hand it to a server as its listener
 * monitor.recordError(Math.abs(predicted - actual));
 * DriftSignal today = monitor.signal();
 * monitor.rebase(profileOfTheNewModel);      // after a promotion
 * }</pre>
 *
 * <p>A feature's verdict asks for two things: a shift above the criterion's tolerance, and one that chance does not
 * explain on so few rows. What is NaN, infinite, out of range or an unseen category is counted in cells of its own and
 * never makes a report NaN. Memory is bounded by the profile, the window and the detectors, whatever comes in.
 *
 * <p>Alarms are promised per look at independent rows only. Rows that depend on each other, seasons for one, make
 * windows differ from the reference without any drift: watch what should be stable, or widen the tolerances.
 *
 * <p>Thread-safe. {@link #save()} while other threads record takes up some of what they record and not the rest.
 */
public final class DriftMonitor implements InferenceListener {
    private static final int MAGIC = 0x4d34_444d; // M4DM
    private static final int VERSION = 1;

    private static final Comparator<FeatureDrift> BY_CONTRIBUTION = Comparator.comparingDouble(
                    (FeatureDrift feature) -> -feature.contribution())
            .thenComparing(FeatureDrift::side)
            .thenComparing(FeatureDrift::feature);

    private final ModelName model;
    private final Window window;
    private final List<Criterion> criteria;
    private final int leastRows;
    private final double alpha;
    private final Clock clock;
    private final ToDoubleFunction<DriftReport> score;
    private final ErrorWatch errors;

    /** Replaced as a whole by a rebase; a row that is being recorded meanwhile goes to the old or to the new ones. */
    private volatile List<WatchedSide> sides;

    DriftMonitor(ModelName model, MonitorBuilder settings) {
        this.model = model;
        this.window = settings.window;
        this.criteria = settings.criteria;
        this.leastRows = Math.min(settings.leastRows, window.rows());
        this.alpha = settings.alpha;
        this.clock = settings.clock;
        this.score = settings.score;
        this.errors = new ErrorWatch(settings.detectors);
        this.sides = watched(settings.inputs, settings.outputs);
    }

    /** Inputs first, then the outputs if they are watched. */
    private List<WatchedSide> watched(ReferenceProfile inputs, Optional<ReferenceProfile> outputs) {
        List<WatchedSide> watched = new ArrayList<>();
        watched.add(new WatchedSide(model, Side.INPUT, inputs, window));
        outputs.ifPresent(profile -> watched.add(new WatchedSide(model, Side.OUTPUT, profile, window)));
        watched.forEach(side -> side.requireJudged(criteria));
        return List.copyOf(watched);
    }

    /**
     * Begins a monitor.
     *
     * @param inputs what the model was trained on; its features in the order of a row's columns, or named as the model's
     *     inputs are
     * @return a builder, to end with {@link MonitorBuilder#watch} or {@link MonitorBuilder#resume}
     */
    public static MonitorBuilder against(ReferenceProfile inputs) {
        return new MonitorBuilder(inputs);
    }

    /**
     * Records all rows of an inference, if it is of this model. Each profile takes either one tensor a feature, by name,
     * or the one tensor whose last dimension is as wide as the profile.
     *
     * @param inference the inference
     * @throws io.mlops4j.RejectedInputException if a profile finds no such tensors
     */
    @Override
    public void onInference(Inference inference) {
        if (!inference.version().model().equals(model)) {
            return;
        }
        List<WatchedSide> now = sides;
        now.get(0).record(inference.inputs());
        if (now.size() > 1) {
            now.get(1).record(inference.outputs());
        }
    }

    /**
     * Records a row of inputs.
     *
     * @param row one number a feature, in the profile's order; NaN is missing
     * @throws io.mlops4j.RejectedInputException if the row has another width
     */
    public void record(float[] row) {
        sides.get(0).record(row);
    }

    /**
     * Records a row of inputs.
     *
     * @param row one number a feature, in the profile's order; NaN is missing
     * @throws io.mlops4j.RejectedInputException if the row has another width
     */
    public void record(double[] row) {
        sides.get(0).record(row);
    }

    /**
     * Records a row of outputs.
     *
     * @param row one number a feature, in the order of the outputs' profile; NaN is missing
     * @throws io.mlops4j.RejectedInputException if the row has another width
     * @throws IllegalStateException if outputs are not watched
     */
    public void recordOutput(double... row) {
        List<WatchedSide> now = sides;
        if (now.size() == 1) {
            throw new IllegalStateException(
                    "Cannot record an output of model " + model + ": its outputs are not watched");
        }
        now.get(1).record(row);
    }

    /**
     * Records how wrong an answer was, once the truth is known. Errors are taken in the order of the calls.
     *
     * @param error a number within ±1e100; for detectors of increases, larger is worse: an absolute or squared error, or
     *     1 for a wrong class and 0 for a right one
     * @throws RejectedInputException if it is NaN, infinite or beyond that; nothing is recorded then
     */
    public void recordError(double error) {
        try {
            errors.record(error);
        } catch (IllegalArgumentException e) {
            throw new RejectedInputException("Cannot record an error of model " + model + ": " + e.getMessage(), e);
        }
    }

    /**
     * Judges what the windows hold now.
     *
     * @return the report, dated by the clock
     */
    public DriftReport report() {
        List<WatchedSide> now = sides;
        int features =
                now.stream().mapToInt(side -> side.profile().features().size()).sum();
        double share = alpha / features / criteria.size();
        List<FeatureDrift> judged = new ArrayList<>();
        for (WatchedSide side : now) {
            judged.addAll(side.judge(criteria, share, leastRows));
        }
        double all = judged.stream().mapToDouble(FeatureDrift::strength).sum();
        List<FeatureDrift> shared = judged.stream()
                .map(feature -> feature.sharing(all))
                .sorted(BY_CONTRIBUTION)
                .toList();
        return new DriftReport(model, clock.instant(), now.get(0).rows(), shared, errors.statuses());
    }

    /**
     * Judges, in the words of retraining. The score is that of {@link MonitorBuilder#score}: unless chosen otherwise,
     * the largest of each feature's statistic over its threshold and each detector's evidence, clamped to 1. The alarm
     * stands while a feature's verdict is drift, and from a detector's first alarm until the next {@link #rebase}.
     *
     * @return the signal, dated by the clock
     * @throws IllegalStateException if the chosen score is NaN
     */
    public DriftSignal signal() {
        DriftReport report = report();
        double value = score.applyAsDouble(report);
        if (Double.isNaN(value)) {
            throw new IllegalStateException("The score of the monitor of model " + model + " is NaN, expected 0 to 1");
        }
        double clamped = Math.max(0, Math.min(1, value));
        return new DriftSignal(model, clamped, report.alarm(), report.reason(), report.at());
    }

    /**
     * Starts afresh against another reference, after a promotion: windows are emptied, detectors reset, alarms cleared.
     *
     * @param inputs what the new version was trained on
     * @throws IllegalArgumentException if outputs are watched, as they need a new reference too, or no criterion can
     *     judge one of the features
     */
    public synchronized void rebase(ReferenceProfile inputs) {
        rebase(inputs, Optional.empty());
    }

    /**
     * Starts afresh against another reference for inputs and outputs.
     *
     * @param inputs what the new version was trained on
     * @param outputs what it gave there
     * @throws IllegalArgumentException if outputs are not watched, or no criterion can judge one of the features
     */
    public synchronized void rebase(ReferenceProfile inputs, ReferenceProfile outputs) {
        rebase(inputs, Optional.of(outputs));
    }

    private void rebase(ReferenceProfile inputs, Optional<ReferenceProfile> outputs) {
        if (outputs.isPresent() != sides.size() > 1) {
            throw new IllegalArgumentException(
                    "Cannot rebase the monitor of model " + model + ": expected a reference for "
                            + (outputs.isPresent() ? "its inputs only" : "its inputs and outputs"));
        }
        sides = watched(inputs, outputs);
        errors.reset();
    }

    /**
     * The reference of the inputs, as of the last rebase. It is not part of {@link #save()}: keep its bytes beside it.
     *
     * @return the profile
     */
    public ReferenceProfile profile() {
        return sides.get(0).profile();
    }

    /**
     * The state: windows, detectors, alarms, and the digests of the profiles they belong to.
     *
     * @return bytes for {@link MonitorBuilder#resume}; equal states give equal bytes
     */
    public synchronized byte[] save() {
        var out = new ByteWriter(MAGIC, VERSION);
        out.putText(model.value());
        out.putText(window.toString());
        out.putInt(sides.size());
        sides.forEach(side -> side.save(out));
        errors.save(out);
        return out.sealed();
    }

    DriftMonitor restored(byte[] saved) {
        return ByteReader.read("state of the monitor of model " + model, saved, MAGIC, VERSION, this::restored);
    }

    private DriftMonitor restored(ByteReader in) {
        String owner = in.nextText();
        in.require(owner.equals(model.value()), "it belongs to another model");
        in.require(in.nextText().equals(window.toString()), "it was saved with another window than " + window);
        int saved = in.nextInt();
        in.require(saved == sides.size(), "it watches " + saved + " sides of the model, expected " + sides.size());
        sides.forEach(side -> side.restore(in));
        errors.restore(in);
        return this;
    }
}
