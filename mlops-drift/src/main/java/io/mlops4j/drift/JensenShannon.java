package io.mlops4j.drift;

import static java.util.Objects.requireNonNull;

/**
 * The Jensen-Shannon <em>distance</em>: the square root of the divergence ½·KL(p‖m) + ½·KL(q‖m) with m = (p+q)/2. It is
 * a metric, needs no smoothing, and ends at 1 in base 2, at √(ln 2) = 0.8326 in base e.
 *
 * <p>J. Lin: Divergence measures based on the Shannon entropy. IEEE Transactions on Information Theory 37(1), 1991.
 *
 * <p>Immutable.
 *
 * @param cells the most ordinary cells to look at, 1 or more
 * @param base the base of the logarithm
 */
public record JensenShannon(int cells, Base base) implements DriftScore {
    private static final int WIDENING = 2;

    /** The base of the logarithm, which sets the scale of the distance. */
    public enum Base {
        /** Natural logarithms: nats. */
        E(1),
        /** Logarithms to base 2: bits, and a distance of at most 1. */
        TWO(Math.log(2));

        private final double unit;

        Base(double unit) {
            this.unit = unit;
        }
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the number of cells is not positive
     */
    public JensenShannon {
        Psi.requirePositive(cells);
        requireNonNull(base, "base");
    }

    @Override
    public String name() {
        return "jensen-shannon";
    }

    @Override
    public double between(CellCounts reference, CellCounts live) {
        Shares.requireComparable(reference, live);
        double twice = 0;
        for (int cell = 0; cell < live.size(); cell++) {
            double p = Shares.share(reference, cell);
            double q = Shares.share(live, cell);
            double m = (p + q) / 2;
            twice += relativeEntropy(p, m) + relativeEntropy(q, m);
        }
        // Rounding may leave a sum of nearly equal shares a little below zero.
        return Math.sqrt(Math.max(0, twice / 2) / base.unit);
    }

    private static double relativeEntropy(double p, double m) {
        return p == 0 ? 0 : p * Math.log(p / m);
    }

    @Override
    public double chance(CellCounts reference, CellCounts live, double alpha) {
        return Math.sqrt(Shares.chiSquareChance(reference, live, alpha, WIDENING) / (8 * base.unit));
    }
}
