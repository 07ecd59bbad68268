package io.mlops4j.serving.trial;

/**
 * Makes differences of two groups of losses between 0 and 1. Losses are collected until both groups have one; then the
 * difference of the two means is one difference, and a new collection begins. When a collection ends depends on who was asked
 * and not on how it went, so the difference's expectation is that of a loss of the one group less that of the other, whatever
 * the shares are and however they change. At a small share each loss of the candidate is set against the mean of many of the
 * incumbent's, so that little is wasted.
 *
 * <p>Confined to one thread at a time.
 */
final class TwoArms {
    private final Comparison comparison;
    private final double[] sums = new double[Arm.values().length];
    private final long[] counts = new long[Arm.values().length];

    TwoArms(Comparison comparison) {
        this.comparison = comparison;
    }

    void add(Arm arm, double loss) {
        sums[arm.ordinal()] += Math.max(0, Math.min(1, loss));
        counts[arm.ordinal()]++;
        if (counts[0] > 0 && counts[1] > 0) {
            comparison.add(mean(Arm.INCUMBENT) - mean(Arm.CANDIDATE));
            for (Arm each : Arm.values()) {
                sums[each.ordinal()] = 0;
                counts[each.ordinal()] = 0;
            }
        }
    }

    private double mean(Arm arm) {
        return sums[arm.ordinal()] / counts[arm.ordinal()];
    }

    Comparison comparison() {
        return comparison;
    }
}
