package io.mlops4j.drift;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a monitor found of one feature.
 *
 * <p>Immutable.
 *
 * @param side which side of the model it is on
 * @param feature its name
 * @param verdict what the measurements come to
 * @param measurements one a criterion that can judge the feature, in the criteria's order; none if there were too few
 *     rows; copied
 * @param contribution its strength's share of the sum over all features, 0 to 1; 0 if nothing was measured
 */
public record FeatureDrift(
        Side side, String feature, Verdict verdict, List<Measurement> measurements, double contribution) {
    /** Copies the measurements. */
    public FeatureDrift {
        measurements = List.copyOf(measurements);
    }

    /**
     * The measurement furthest past, or nearest to, its threshold.
     *
     * @return the strongest, the first of equals; empty if nothing was measured
     */
    public Optional<Measurement> strongest() {
        // max keeps the last of equals, and the first criterion should win.
        return measurements.stream().min(Comparator.comparingDouble(measurement -> -measurement.strength()));
    }

    /**
     * The strength of the strongest measurement: above 1 is drift.
     *
     * @return 0 or more; 0 if nothing was measured
     */
    public double strength() {
        return strongest().map(Measurement::strength).orElse(0.0);
    }

    FeatureDrift sharing(double allStrengths) {
        double share = allStrengths == 0 ? 0 : strength() / allStrengths;
        return new FeatureDrift(side, feature, verdict, measurements, share);
    }
}
