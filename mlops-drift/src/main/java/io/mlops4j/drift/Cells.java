package io.mlops4j.drift;

import org.jspecify.annotations.Nullable;

/**
 * The frozen division of a feature's values into cells. Every value has exactly one cell: what is missing, infinite,
 * out of range or never seen before has a cell of its own, so nothing is dropped and nothing throws.
 *
 * <p>Immutable.
 */
public sealed interface Cells permits NumericCells, CategoricalCells {
    /**
     * The number of cells, the special ones included.
     *
     * @return 2 or more
     */
    int size();

    /**
     * The cell of a number.
     *
     * @param value any number; NaN is a missing value
     * @return the cell, from 0
     */
    int of(double value);

    /**
     * The cell of a text.
     *
     * @param value any text; null is a missing value
     * @return the cell, from 0
     */
    int of(@Nullable String value);

    /**
     * Says what a cell holds, for people.
     *
     * @param cell the cell, from 0
     * @return such as {@code (1.5, 2.25]} or {@code missing}
     */
    String describe(int cell);

    /**
     * Whether the cells follow the order of the values they hold, so that cumulative statistics mean something.
     *
     * @return whether they do
     */
    boolean ordered();

    /**
     * Groups neighbouring cells so that each group holds about the same share of the reference; special cells stay
     * alone. Few groups say little about shape but are steady on small samples.
     *
     * @param reference counts of these cells
     * @param most the most groups that ordinary cells should form, 1 or more
     * @return the group of each cell, counted from 0 without gaps
     */
    int[] groups(CellCounts reference, int most);
}
