package io.mlops4j.drift;

/**
 * The population stability index: Σ (q−p)·ln(q/p) over the shares p of the reference and q of the live values. By
 * custom, 0.1 is a shift worth a look and 0.25 a major one.
 *
 * <p>A logarithm cannot take an empty cell, so <b>an empty cell counts as half a value</b>: its share is 0.5/n, n being
 * the total on its side. The other shares stay as they are. A cell that is empty on both sides adds nothing. So PSI is
 * finite, and grows with the sample when a cell is truly empty.
 *
 * <p>On few live values, PSI over many cells is mostly noise, about (cells−1)/n, so by default the ordinary cells are
 * joined into ten; {@link #chance} takes off what noise remains.
 *
 * <pre>{@code
 * double psi = Psi.overTenths().between(CellCounts.of(50, 50), CellCounts.of(80, 20));   // 0.3·ln 1.6 − 0.3·ln 0.4
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param cells the most ordinary cells to look at, 1 or more
 */
public record Psi(int cells) implements DriftScore {
    private static final int WIDENING = 2;

    private static final int TENTHS = 10;
    private static final double EMPTY = 0.5;

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Psi {
        requirePositive(cells);
    }

    static void requirePositive(int cells) {
        if (cells < 1) {
            throw new IllegalArgumentException("Invalid number of cells " + cells + ": expected 1 or more");
        }
    }

    /**
     * PSI as it is usually quoted: ten cells, each with a tenth of the reference.
     *
     * @return the score
     */
    public static Psi overTenths() {
        return new Psi(TENTHS);
    }

    @Override
    public String name() {
        return "psi";
    }

    @Override
    public double between(CellCounts reference, CellCounts live) {
        Shares.requireComparable(reference, live);
        double sum = 0;
        for (int cell = 0; cell < live.size(); cell++) {
            if (reference.at(cell) + live.at(cell) > 0) {
                double p = Math.max((double) reference.at(cell), EMPTY) / reference.total();
                double q = Math.max((double) live.at(cell), EMPTY) / live.total();
                sum += (q - p) * Math.log(q / p);
            }
        }
        return sum;
    }

    @Override
    public double chance(CellCounts reference, CellCounts live, double alpha) {
        return Shares.chiSquareChance(reference, live, alpha, WIDENING);
    }
}
