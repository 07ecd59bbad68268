package io.mlops4j.drift;

/**
 * The Hellinger distance √(½·Σ(√p − √q)²), from 0 to 1. It needs no smoothing.
 *
 * <p>E. Hellinger: Neue Begründung der Theorie quadratischer Formen von unendlichvielen Veränderlichen. Journal für die
 * reine und angewandte Mathematik 136, 1909.
 *
 * <p>Immutable.
 *
 * @param cells the most ordinary cells to look at, 1 or more
 */
public record Hellinger(int cells) implements DriftScore {
    private static final int WIDENING = 4;

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Hellinger {
        Psi.requirePositive(cells);
    }

    @Override
    public String name() {
        return "hellinger";
    }

    @Override
    public double between(CellCounts reference, CellCounts live) {
        Shares.requireComparable(reference, live);
        double sum = 0;
        for (int cell = 0; cell < live.size(); cell++) {
            double difference = Math.sqrt(Shares.share(reference, cell)) - Math.sqrt(Shares.share(live, cell));
            sum += difference * difference;
        }
        return Math.sqrt(sum / 2);
    }

    @Override
    public double chance(CellCounts reference, CellCounts live, double alpha) {
        return Math.sqrt(Shares.chiSquareChance(reference, live, alpha, WIDENING) / 8);
    }
}
