package io.mlops4j.drift;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What a {@link DriftMonitor} watches and when it speaks up. Everything has a default but the reference.
 *
 * <p>Confined to one thread at a time.
 */
public final class MonitorBuilder {
    private static final int DEFAULT_ROWS = 1000;
    private static final int DEFAULT_LEAST_ROWS = 30;
    private static final double DEFAULT_ALPHA = 0.01;
    private static final double MAJOR_PSI = 0.25;
    private static final double NOTABLE_D = 0.1;

    final ReferenceProfile inputs;
    Optional<ReferenceProfile> outputs = Optional.empty();
    Window window = Window.tumbling(DEFAULT_ROWS);
    int leastRows = DEFAULT_LEAST_ROWS;
    double alpha = DEFAULT_ALPHA;
    Clock clock = Clock.systemUTC();
    ToDoubleFunction<DriftReport> score = DriftReport::worst;
    final List<DriftDetector> detectors = new ArrayList<>();
    List<Criterion> criteria =
            List.of(new Criterion(Psi.overTenths(), MAJOR_PSI), new Criterion(new KsDistance(), NOTABLE_D));

    MonitorBuilder(ReferenceProfile inputs) {
        this.inputs = requireNonNull(inputs, "inputs");
    }

    /**
     * Watches the model's outputs too.
     *
     * @param reference what the model gave on the reference
     * @return this builder
     */
    public MonitorBuilder outputs(ReferenceProfile reference) {
        outputs = Optional.of(reference);
        return this;
    }

    /**
     * Follows the model's errors with a detector, which belongs to the monitor from now on. Call it once for each.
     *
     * @param detector a new detector; errors are what {@link DriftMonitor#recordError} is given
     * @return this builder
     */
    public MonitorBuilder errors(DriftDetector detector) {
        detectors.add(requireNonNull(detector, "detector"));
        return this;
    }

    /**
     * Chooses the rows to judge. The default is a tumbling window of 1,000.
     *
     * @param rows the window
     * @return this builder
     */
    public MonitorBuilder window(Window rows) {
        window = requireNonNull(rows, "rows");
        return this;
    }

    /**
     * Sets how many rows it takes to judge at all. The default is 30, or the window if that is less.
     *
     * @param rows 1 or more
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public MonitorBuilder leastRows(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("Invalid least number of rows " + rows + ": expected 1 or more");
        }
        leastRows = rows;
        return this;
    }

    /**
     * Replaces the criteria. The default is PSI over tenths above 0.25, or KS distance above 0.1.
     *
     * @param any a feature has drifted if any of these says so; 1 or more
     * @return this builder
     * @throws IllegalArgumentException if there are none
     */
    public MonitorBuilder criteria(Criterion... any) {
        if (any.length == 0) {
            throw new IllegalArgumentException("Invalid criteria: expected 1 or more");
        }
        criteria = List.of(any);
        return this;
    }

    /**
     * Sets how much of what chance does is let through: about the probability that one report over independent rows
     * shows any drift when nothing moved. It is shared out evenly over all features and criteria (Bonferroni). It does
     * not cover looking again and again, nor rows that depend on each other.
     *
     * @param probability above 0, below 1; the default is 0.01
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public MonitorBuilder chance(double probability) {
        if (!(probability > 0 && probability < 1)) {
            throw new IllegalArgumentException("Invalid probability " + probability + ": expected above 0 and below 1");
        }
        alpha = probability;
        return this;
    }

    /**
     * Chooses what becomes the score of a {@link io.mlops4j.training.DriftSignal}. The default is
     * {@link DriftReport#worst}; {@link DriftReport#worstDetector} listens to errors only,
     * {@link DriftReport#driftedShare} counts features.
     *
     * @param of a pure function of a report; its value is clamped to 0 to 1
     * @return this builder
     */
    public MonitorBuilder score(ToDoubleFunction<DriftReport> of) {
        score = requireNonNull(of, "of");
        return this;
    }

    /**
     * Sets the clock that dates reports. The default is the system's.
     *
     * @param source the clock
     * @return this builder
     */
    public MonitorBuilder clock(Clock source) {
        clock = requireNonNull(source, "source");
        return this;
    }

    /**
     * Starts watching.
     *
     * @param model the model; inferences of other models are ignored
     * @return a new monitor
     * @throws IllegalArgumentException if no criterion can judge one of the features
     */
    public DriftMonitor watch(ModelName model) {
        return new DriftMonitor(requireNonNull(model, "model"), this);
    }

    /**
     * Goes on where a saved monitor stopped: the same rows and errors from here on give the same reports and alarms as
     * if it had never stopped.
     *
     * @param model the model
     * @param saved what {@link DriftMonitor#save} gave
     * @return a new monitor with that state
     * @throws io.mlops4j.CorruptionException if the bytes are no such state, or that of another model, profile, window or
     *     set of detectors
     */
    public DriftMonitor resume(ModelName model, byte[] saved) {
        return watch(model).restored(saved);
    }
}
