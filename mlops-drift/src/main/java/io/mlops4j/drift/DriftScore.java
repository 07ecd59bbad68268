package io.mlops4j.drift;

/**
 * How far live counts are from the reference's, as one number that grows with the distance: 0 when the shares are
 * equal. A score says how much, not whether; {@link #chance} says how much chance alone would give, so that a verdict
 * can ask for both a size that matters and a size that a small sample does not explain.
 *
 * <p>Implementations are pure functions: immutable, and safe to use from any thread.
 */
public interface DriftScore {
    /** A number of cells for scores that work on however many there are. */
    int ALL_CELLS = Integer.MAX_VALUE;

    /**
     * The score's name, as reports show it.
     *
     * @return a short name in lower case, such as {@code psi}
     */
    String name();

    /**
     * Compares counts of the same cells.
     *
     * @param reference the reference's counts, total 1 or more
     * @param live the live counts, total 1 or more
     * @return 0 or more, finite
     * @throws IllegalArgumentException if a total is 0 or the numbers of cells differ
     */
    double between(CellCounts reference, CellCounts live);

    /**
     * The score that independent samples of one distribution exceed with about this probability.
     *
     * @param reference the reference's counts
     * @param live the live counts
     * @param alpha the probability, above 0 and below 1
     * @return 0 or more; 0 if the score cannot say, and then a verdict rests on its size alone
     */
    double chance(CellCounts reference, CellCounts live, double alpha);

    /**
     * The most ordinary cells of a numeric feature that this score should be shown; neighbours are joined to get there.
     *
     * @return 1 or more, or {@link #ALL_CELLS}
     */
    int cells();

    /**
     * Whether the score can judge these cells.
     *
     * @param cells a feature's cells
     * @return whether it means something there; unless overridden, it does everywhere
     */
    default boolean judges(Cells cells) {
        return true;
    }
}
