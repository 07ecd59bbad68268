package io.mlops4j.drift;

import static java.util.Objects.requireNonNull;

/**
 * What the reference held of one feature: its frozen cells and how many values fell into each.
 *
 * <p>Immutable.
 *
 * @param name the feature's name, 1 to 256 characters, none of them a control character
 * @param cells the frozen cells
 * @param counts the reference's counts of these cells, total 1 or more
 */
public record FeatureProfile(String name, Cells cells, CellCounts counts) {
    private static final int MAX_NAME = 256;

    /**
     * Checks that the parts fit.
     *
     * @throws IllegalArgumentException if the name breaks the rule, there is not one count a cell, or all are 0
     */
    public FeatureProfile {
        requireNonNull(cells, "cells");
        if (name.isEmpty() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("Invalid feature name of " + name.length()
                    + " characters: expected 1 to " + MAX_NAME + " without control characters");
        }
        if (counts.size() != cells.size()) {
            throw new IllegalArgumentException("Invalid profile of feature " + name + ": " + counts.size()
                    + " counts, expected one for each of " + cells.size() + " cells");
        }
        if (counts.total() == 0) {
            throw new IllegalArgumentException(
                    "Invalid profile of feature " + name + ": the reference is empty, expected 1 value or more");
        }
    }

    /**
     * The same cells with other counts, such as those of a larger reference or of all replicas together.
     *
     * @param other counts of the same cells
     * @return a new profile
     * @throws IllegalArgumentException if there is not one count a cell, or all are 0
     */
    public FeatureProfile withCounts(CellCounts other) {
        return new FeatureProfile(name, cells, other);
    }
}
