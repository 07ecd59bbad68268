package io.mlops4j.drift;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/** Two sets of counts as shares of their totals, and what chance does to them. */
final class Shares {
    private static final int MOST_QUANTILES = 4096;
    private static final Map<Quantile, Double> QUANTILES = new ConcurrentHashMap<>();

    private record Quantile(int degrees, double alpha) {}

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
     * from one distribution: χ²(k−1; α)·s with s = 1/n + 1/m and k the cells that hold anything. PSI is that sum to
     * second order [1]; JS divergence and squared Hellinger distance are an eighth of it.
     *
     * <p>To higher orders, cells of few values make the tails heavier, so the level is widened by 1 + w·k·s. The factors
     * are from simulation: 3 to 50 cells, equal or skewed, 30 to 1,000 values against 1,461, α of 0.01 and 0.0004. With
     * w = 2, PSI and JS stayed below 1.5·α but for very rare cells (2.5·α); with w = 4, squared Hellinger mostly below
     * 2·α, and 6·α at worst.
     *
     * <p>[1] B. Yurdakul, J. Naranjo: Statistical properties of the population stability index. Journal of Risk Model
     * Validation 14(4), 2020.
     */
    static double chiSquareChance(CellCounts reference, CellCounts live, double alpha, int widening) {
        requireComparable(reference, live);
        int occupied = 0;
        for (int cell = 0; cell < live.size(); cell++) {
            occupied += reference.at(cell) + live.at(cell) > 0 ? 1 : 0;
        }
        double scale = 1.0 / reference.total() + 1.0 / live.total();
        return chiSquareQuantile(Math.max(1, occupied - 1), alpha) * scale * (1 + widening * occupied * scale);
    }

    /** A quantile takes a numeric search of some ten microseconds, and a monitor asks for the same few at every report. */
    private static double chiSquareQuantile(int degrees, double alpha) {
        if (QUANTILES.size() > MOST_QUANTILES) {
            QUANTILES.clear();
        }
        return QUANTILES.computeIfAbsent(new Quantile(degrees, alpha), wanted -> ChiSquaredDistribution.of(degrees)
                .inverseSurvivalProbability(alpha));
    }
}
