package io.mlops4j.drift;

/**
 * One score of one feature.
 *
 * <p>Immutable.
 *
 * @param score the score's name
 * @param value what it measured, 0 or more
 * @param threshold what it takes to be drift, above 0: the tolerance, or what chance gives if that is more
 */
public record Measurement(String score, double value, double threshold) {
    /**
     * Checks that the numbers can be compared.
     *
     * @throws IllegalArgumentException if one is NaN, infinite or out of range
     */
    public Measurement {
        if (!(value >= 0 && threshold > 0 && Double.isFinite(value) && Double.isFinite(threshold))) {
            throw new IllegalArgumentException("Invalid measurement: " + score + " " + value + " with threshold "
                    + threshold + "; expected finite numbers, 0 or more and above 0");
        }
    }

    /**
     * The value in thresholds: above 1 is drift.
     *
     * @return 0 or more
     */
    public double strength() {
        return value / threshold;
    }
}
