package io.mlops4j.drift;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/** Two sets of counts as shares of their totals, and what chance does to them. */
final class Shares {
    private Shares() {}

    static void requireComparable(CellCounts reference, CellCounts live) {
        reference.requireSameCells(live);
        if (reference.total() == 0 || live.total() == 0) {
            throw new IllegalArgumentException("Cannot compare " + live.total() + " live values with "
                    + reference.total() + " of the reference: expected 1 or more of each");
        }
    }

    static double share(CellCounts counts, int cell) {
        return (double) counts.at(cell) / counts.total();
    }

    /**
     * What a χ²-like sum Σ(p−q)²/p over the shares of two samples exceeds with probability {@code alpha} when both come
     * from one distribution: χ²(k−1; α)·(1/n + 1/m), with k the cells that hold anything. PSI is that sum to second
     * order [1]; JS divergence and squared Hellinger distance are an eighth of it.
     *
     * <p>[1] B. Yurdakul, J. Naranjo: Statistical properties of the population stability index. Journal of Risk Model
     * Validation 14(4), 2020.
     */
    static double chiSquareChance(CellCounts reference, CellCounts live, double alpha) {
        requireComparable(reference, live);
        int occupied = 0;
        for (int cell = 0; cell < live.size(); cell++) {
            occupied += reference.at(cell) + live.at(cell) > 0 ? 1 : 0;
        }
        double quantile = ChiSquaredDistribution.of(Math.max(1, occupied - 1)).inverseSurvivalProbability(alpha);
        return quantile * (1.0 / reference.total() + 1.0 / live.total());
    }
}
