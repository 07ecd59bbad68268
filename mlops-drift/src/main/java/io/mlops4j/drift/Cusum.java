package io.mlops4j.drift;

import java.util.OptionalDouble;

/**
 * The cumulative sum test for increases: sums up how far each value lies above a target, never below zero, and alarms
 * when the sum exceeds λ. With a target that is known, it is the quickest test for a change of given size; without
 * one it uses the mean of all values so far, as streams of unknown level need.
 *
 * <p>S ← max(0, S + x − target − δ). An alarm is raised from the {@code minimum}-th value on when S &gt; λ; then the
 * test starts afresh. δ is the excess to tolerate and λ the sum to alarm at, both in the unit of the values. The test
 * never warns.
 *
 * <pre>{@code
 * var detector = Cusum.withDefaults().target(1.0).delta(0).lambda(20);   // errors above 1.0 add up
 * DetectorState state = detector.update(error);
 * }</pre>
 *
 * <p>E. S. Page: Continuous inspection schemes. Biometrika 41, 1954. The defaults and the running mean are those of MOA
 * and CapyMOA.
 *
 * <p>Confined to one thread at a time.
 */
public final class Cusum implements DriftDetector {
    private static final int MAGIC = 0x4d34_4355; // M4CU
    private static final int VERSION = 1;

    private final int minimum;
    private final double delta;
    private final double lambda;
    private final OptionalDouble target;

    private long seen;
    private double mean;
    private double sum;
    private double evidence;

    private Cusum(int minimum, double delta, double lambda, OptionalDouble target) {
        if (minimum < 1 || !(delta >= 0) || !(lambda > 0) || !Double.isFinite(lambda + delta + target.orElse(0))) {
            throw new IllegalArgumentException("Invalid CUSUM test: minimum " + minimum + ", delta " + delta
                    + ", lambda " + lambda + ", target " + target
                    + "; expected minimum ≥ 1, delta ≥ 0 and lambda > 0, all finite");
        }
        this.minimum = minimum;
        this.delta = delta;
        this.lambda = lambda;
        this.target = target;
    }

    /**
     * The defaults of the literature: at least 30 values, δ = 0.005, λ = 50, and the running mean for a target.
     *
     * @return a new detector
     */
    public static Cusum withDefaults() {
        return new Cusum(30, 0.005, 50, OptionalDouble.empty());
    }

    /**
     * A new detector that says nothing before so many values.
     *
     * @param values 1 or more
     * @return a new detector
     */
    public Cusum minimum(int values) {
        return new Cusum(values, delta, lambda, target);
    }

    /**
     * A new detector that tolerates another excess.
     *
     * @param excess how far a value may lie above the target without adding to the sum, 0 or more
     * @return a new detector
     */
    public Cusum delta(double excess) {
        return new Cusum(minimum, excess, lambda, target);
    }

    /**
     * A new detector with another threshold.
     *
     * @param most the summed excess to alarm at, above 0, in the unit of the values
     * @return a new detector
     */
    public Cusum lambda(double most) {
        return new Cusum(minimum, delta, most, target);
    }

    /**
     * A new detector that measures from a known level.
     *
     * @param level where values lie while all is well, finite
     * @return a new detector
     */
    public Cusum target(double level) {
        return new Cusum(minimum, delta, lambda, OptionalDouble.of(level));
    }

    @Override
    public String name() {
        return "cusum";
    }

    @Override
    public DetectorState update(double value) {
        Samples.requireTame(value);
        seen++;
        mean += (value - mean) / seen;
        sum = Math.max(0, sum + value - target.orElse(mean) - delta);
        evidence = seen < minimum ? 0 : Math.min(1, sum / lambda);
        if (seen >= minimum && sum > lambda) {
            reset();
            evidence = 1;
            return DetectorState.DRIFT;
        }
        return DetectorState.NONE;
    }

    @Override
    public double evidence() {
        return evidence;
    }

    @Override
    public void reset() {
        seen = 0;
        mean = 0;
        sum = 0;
        evidence = 0;
    }

    @Override
    public byte[] save() {
        var out = new ByteWriter(MAGIC, VERSION);
        out.putText(toString());
        out.putLong(seen);
        out.putDouble(mean);
        out.putDouble(sum);
        out.putDouble(evidence);
        return out.sealed();
    }

    @Override
    public void restore(byte[] saved) {
        ByteReader.read("state of " + this, saved, MAGIC, VERSION, this::restore);
    }

    private Cusum restore(ByteReader in) {
        in.require(in.nextText().equals(toString()), "it is a state of another detector");
        long count = in.nextLong();
        double average = in.nextDouble();
        double excess = in.nextDouble();
        double share = in.nextDouble();
        in.require(
                count >= 0 && Double.isFinite(average) && excess >= 0 && excess <= lambda && share >= 0 && share <= 1,
                "a count, a mean, a sum or the evidence is out of range");
        seen = count;
        mean = average;
        sum = excess;
        evidence = share;
        return this;
    }

    @Override
    public String toString() {
        return "Cusum[minimum=" + minimum + ", delta=" + delta + ", lambda=" + lambda + ", target="
                + (target.isPresent() ? target.getAsDouble() : "mean") + "]";
    }
}
