package io.mlops4j.drift;

import static java.util.Objects.requireNonNull;

/**
 * The Page-Hinkley test: sums up how far each value lies above the mean of all values so far, and alarms when the sum
 * has climbed by more than λ. Cheap, constant memory, and good at small changes that last.
 *
 * <p>With x̄ the running mean, U ← αU + (x − x̄ − δ) and D ← αD + (x − x̄ + δ). An alarm is raised from the
 * {@code minimum}-th value on, upwards when U − min U &gt; λ, downwards when max D − D &gt; λ; then the test starts
 * afresh. δ is the change to tolerate and λ the sum to alarm at, both in the unit of the values, so scale them to your
 * errors. Published implementations differ in where the climb is measured from: see {@link Climb}. The test never warns.
 *
 * <pre>{@code
 * var detector = PageHinkley.withDefaults().delta(0.1).lambda(20).direction(Direction.UP);
 * DetectorState state = detector.update(error);
 * }</pre>
 *
 * <p>E. S. Page: Continuous inspection schemes. Biometrika 41, 1954. D. V. Hinkley: Inference about the change-point
 * from cumulative sum tests. Biometrika 58, 1971.
 *
 * <p>Confined to one thread at a time.
 */
public final class PageHinkley implements DriftDetector {
    /** Where the sums' climb is measured from. */
    public enum Climb {
        /** From the sum's own extreme, as Page has it and River does now: a long quiet time costs no delay. */
        FROM_EXTREME,
        /**
         * From zero, as MOA and CapyMOA have it: the sum drifts away from the alarm by δ a value while nothing happens,
         * so that the alarm comes later and more rarely.
         */
        FROM_ZERO
    }

    private static final int MAGIC = 0x4d34_5048; // M4PH
    private static final int VERSION = 1;

    private final int minimum;
    private final double delta;
    private final double lambda;
    private final double alpha;
    private final Direction direction;
    private final Climb climb;

    private long seen;
    private double mean;
    private double up;
    private double least;
    private double down;
    private double most;
    private double evidence;

    private PageHinkley(int minimum, double delta, double lambda, double alpha, Direction direction, Climb climb) {
        if (minimum < 1
                || !(delta >= 0)
                || !(lambda > 0)
                || !(alpha > 0 && alpha <= 1)
                || !Double.isFinite(lambda + delta)) {
            throw new IllegalArgumentException("Invalid Page-Hinkley test: minimum " + minimum + ", delta " + delta
                    + ", lambda " + lambda + ", alpha " + alpha
                    + "; expected minimum ≥ 1, delta ≥ 0, lambda > 0 and 0 < alpha ≤ 1, all finite");
        }
        this.minimum = minimum;
        this.delta = delta;
        this.lambda = lambda;
        this.alpha = alpha;
        this.direction = requireNonNull(direction, "direction");
        this.climb = requireNonNull(climb, "climb");
        forget();
    }

    /**
     * The defaults of the literature: at least 30 values, δ = 0.005, λ = 50, α = 0.9999, both directions, measured from
     * the extreme.
     *
     * @return a new detector
     */
    public static PageHinkley withDefaults() {
        return new PageHinkley(30, 0.005, 50, 0.9999, Direction.BOTH, Climb.FROM_EXTREME);
    }

    /**
     * A new detector that says nothing before so many values.
     *
     * @param values 1 or more
     * @return a new detector
     */
    public PageHinkley minimum(int values) {
        return new PageHinkley(values, delta, lambda, alpha, direction, climb);
    }

    /**
     * A new detector that tolerates another change.
     *
     * @param change the change of the mean to tolerate, 0 or more, in the unit of the values
     * @return a new detector
     */
    public PageHinkley delta(double change) {
        return new PageHinkley(minimum, change, lambda, alpha, direction, climb);
    }

    /**
     * A new detector with another threshold.
     *
     * @param sum the summed excess to alarm at, above 0, in the unit of the values
     * @return a new detector
     */
    public PageHinkley lambda(double sum) {
        return new PageHinkley(minimum, delta, sum, alpha, direction, climb);
    }

    /**
     * A new detector that forgets at another rate.
     *
     * @param factor what a sum keeps from one value to the next, above 0, at most 1
     * @return a new detector
     */
    public PageHinkley alpha(double factor) {
        return new PageHinkley(minimum, delta, lambda, factor, direction, climb);
    }

    /**
     * A new detector of other changes.
     *
     * @param changes which changes count
     * @return a new detector
     */
    public PageHinkley direction(Direction changes) {
        return new PageHinkley(minimum, delta, lambda, alpha, changes, climb);
    }

    /**
     * A new detector that measures the climb otherwise.
     *
     * @param from where the climb is measured from
     * @return a new detector
     */
    public PageHinkley climb(Climb from) {
        return new PageHinkley(minimum, delta, lambda, alpha, direction, from);
    }

    @Override
    public String name() {
        return "page-hinkley";
    }

    @Override
    public DetectorState update(double value) {
        Samples.requireTame(value);
        seen++;
        mean += (value - mean) / seen;
        up = alpha * up + (value - mean - delta);
        down = alpha * down + (value - mean + delta);
        if (climb == Climb.FROM_EXTREME) {
            least = seen == 1 ? up : Math.min(least, up);
            most = seen == 1 ? down : Math.max(most, down);
        }
        evidence = seen < minimum ? 0 : Math.min(1, excess() / lambda);
        if (seen >= minimum && excess() > lambda) {
            forget();
            evidence = 1;
            return DetectorState.DRIFT;
        }
        return DetectorState.NONE;
    }

    private double excess() {
        double climbed = direction == Direction.DOWN ? 0 : up - least;
        double fallen = direction == Direction.UP ? 0 : most - down;
        return Math.max(0, Math.max(climbed, fallen));
    }

    private void forget() {
        seen = 0;
        mean = 0;
        up = 0;
        down = 0;
        least = 0;
        most = 0;
        evidence = 0;
    }

    @Override
    public double evidence() {
        return evidence;
    }

    @Override
    public void reset() {
        forget();
    }

    @Override
    public byte[] save() {
        var out = new ByteWriter(MAGIC, VERSION);
        out.putText(toString());
        out.putLong(seen);
        for (double value : new double[] {mean, up, least, down, most, evidence}) {
            out.putDouble(value);
        }
        return out.sealed();
    }

    @Override
    public void restore(byte[] saved) {
        ByteReader.read("state of " + this, saved, MAGIC, VERSION, this::restore);
    }

    private PageHinkley restore(ByteReader in) {
        String parameters = in.nextText();
        in.require(parameters.equals(toString()), "it is a state of another detector");
        long count = in.nextLong();
        double[] values = new double[6];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.nextDouble();
            in.require(Samples.isSum(values[i]), "it holds the number " + values[i]);
        }
        in.require(count >= 0 && values[5] >= 0 && values[5] <= 1, "a count or the evidence is out of range");
        seen = count;
        mean = values[0];
        up = values[1];
        least = values[2];
        down = values[3];
        most = values[4];
        evidence = values[5];
        return this;
    }

    @Override
    public String toString() {
        return "PageHinkley[minimum=" + minimum + ", delta=" + delta + ", lambda=" + lambda + ", alpha=" + alpha
                + ", direction=" + direction + ", climb=" + climb + "]";
    }
}
