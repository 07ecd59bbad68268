package io.mlops4j.drift;

/**
 * The two-sample Kolmogorov-Smirnov distance D = max|F(x) − G(x)|, taken at the cells' edges. Between edges nothing is
 * known, so the D of the raw samples is this value or a little more, never less: {@link #bounds} says how much.
 *
 * <p>Cells are taken in their order, missing values last, as {@link Double#compare} orders NaN; so a feature that goes
 * missing moves D as well. Categories have no order: {@link TotalVariation} is the analogue there.
 *
 * <p>Immutable.
 */
public record KsDistance() implements DriftScore {
    /**
     * What the D of the raw samples can be.
     *
     * <p>Immutable.
     *
     * @param lower D at the edges
     * @param upper at most {@code lower} plus the share of the fullest reference cell that is no atom
     */
    public record Bounds(double lower, double upper) {}

    @Override
    public String name() {
        return "ks";
    }

    @Override
    public double between(CellCounts reference, CellCounts live) {
        Shares.requireComparable(reference, live);
        double largest = 0;
        long referenceSoFar = 0;
        long liveSoFar = 0;
        for (int cell = 0; cell < live.size(); cell++) {
            referenceSoFar += reference.at(cell);
            liveSoFar += live.at(cell);
            double f = (double) referenceSoFar / reference.total();
            double g = (double) liveSoFar / live.total();
            largest = Math.max(largest, Math.abs(f - g));
        }
        return largest;
    }

    /**
     * Bounds the D of the raw samples. Within a cell from edge a to edge b, F and G lie between their values at a and b,
     * so |F − G| there is at most max(F(b) − G(a), G(b) − F(a)); in a cell of one single value there is no within.
     *
     * @param reference a numeric feature's profile
     * @param live live counts of its cells, total 1 or more
     * @return the bounds
     * @throws IllegalArgumentException if the feature is a category, a total is 0, or the numbers of cells differ
     */
    public Bounds bounds(FeatureProfile reference, CellCounts live) {
        if (!(reference.cells() instanceof NumericCells cells)) {
            throw new IllegalArgumentException("Feature " + reference.name() + " is a category: D needs an order");
        }
        double lower = between(reference.counts(), live);
        double upper = lower;
        double f = 0;
        double g = 0;
        for (int cell = 0; cell < live.size(); cell++) {
            double nextF = f + Shares.share(reference.counts(), cell);
            double nextG = g + Shares.share(live, cell);
            if (!cells.isAtom(cell)) {
                upper = Math.max(upper, Math.max(nextF - g, nextG - f));
            }
            f = nextF;
            g = nextG;
        }
        return new Bounds(lower, Math.min(1, upper));
    }

    /**
     * {@inheritDoc} The asymptotic level √(−½·ln(α/2))·√(1/n + 1/m), which is on the safe side for small and for
     * discrete samples.
     */
    @Override
    public double chance(CellCounts reference, CellCounts live, double alpha) {
        Shares.requireComparable(reference, live);
        return Math.sqrt(-Math.log(alpha / 2) / 2 * (1.0 / reference.total() + 1.0 / live.total()));
    }

    @Override
    public int cells() {
        return ALL_CELLS;
    }

    @Override
    public boolean judges(Cells cells) {
        return cells.ordered();
    }
}
