package io.mlops4j.gate;

import static java.util.Objects.requireNonNull;

/**
 * Passes a candidate that is shown not to be worse than what serves now by more than a margin, item by item; see
 * {@link PairedComparison#judge}.
 *
 * <pre>{@code
 * RegressionGate.of("regression", 0.02, context -> PairedComparison.ofScores(candidate(context), champion()))
 * }</pre>
 *
 * <p>Thread-safe if the measurement is.
 */
public final class RegressionGate implements Gate {
    private final String name;
    private final double margin;
    private final double z;
    private final Measurement measurement;

    private RegressionGate(String name, double margin, double z, Measurement measurement) {
        this.name = name;
        this.margin = margin;
        this.z = z;
        this.measurement = measurement;
    }

    /** Measures candidate and baseline on the same items. */
    @FunctionalInterface
    public interface Measurement {
        /**
         * Measures.
         *
         * @param context what is judged
         * @return the comparison
         * @throws Exception if it could not be measured
         */
        PairedComparison compare(GateContext context) throws Exception;
    }

    /**
     * A gate at one-sided 95%.
     *
     * @param name names the gate
     * @param margin the loss that is tolerated, 0 or more, in the unit of the differences
     * @param measurement measures both on the same items
     * @return the gate
     * @throws IllegalArgumentException if the margin is out of range
     */
    public static RegressionGate of(String name, double margin, Measurement measurement) {
        PairedComparison.requireMargin(margin, PairedComparison.Z_95);
        return new RegressionGate(
                requireNonNull(name, "name"),
                margin,
                PairedComparison.Z_95,
                requireNonNull(measurement, "measurement"));
    }

    /**
     * The same gate with another confidence.
     *
     * @param z how many standard errors the bound is wide, above 0: 1.645 for 95%, 2.326 for 99%
     * @return the gate
     * @throws IllegalArgumentException if z is out of range
     */
    public RegressionGate withZ(double z) {
        PairedComparison.requireMargin(margin, z);
        return new RegressionGate(name, margin, z, measurement);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Verdict evaluate(GateContext context) throws Exception {
        return measurement.compare(context).judge(margin, z);
    }
}
