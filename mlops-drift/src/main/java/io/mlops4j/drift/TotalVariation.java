package io.mlops4j.drift;

/**
 * The total variation distance ½·Σ|p − q|, from 0 to 1: the largest difference in probability that any set of cells
 * shows. It is what {@link KsDistance} is to ordered values, without an order.
 *
 * <p>Immutable.
 *
 * @param cells the most ordinary cells to look at, 1 or more
 */
public record TotalVariation(int cells) implements DriftScore {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public TotalVariation {
        Psi.requirePositive(cells);
    }

    @Override
    public String name() {
        return "total-variation";
    }

    @Override
    public double between(CellCounts reference, CellCounts live) {
        Shares.requireComparable(reference, live);
        double sum = 0;
        for (int cell = 0; cell < live.size(); cell++) {
            sum += Math.abs(Shares.share(reference, cell) - Shares.share(live, cell));
        }
        return sum / 2;
    }

    /** {@inheritDoc} By Cauchy-Schwarz, Σ|p − q| ≤ √Σ(p−q)²/p, so this level is on the safe side. */
    @Override
    public double chance(CellCounts reference, CellCounts live, double alpha) {
        return Math.sqrt(Shares.chiSquareChance(reference, live, alpha, 0)) / 2;
    }
}
