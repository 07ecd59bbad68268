package io.mlops4j.drift;

import static java.util.Objects.requireNonNull;

/**
 * When a score is too much. A feature has drifted by this criterion if the score is above the tolerance <em>and</em>
 * above what chance gives on so few rows: large samples do not alarm over trifles, small ones not over noise.
 *
 * <p>Immutable.
 *
 * @param score what is measured
 * @param tolerance how much is accepted, above 0, in the unit of the score
 */
public record Criterion(DriftScore score, double tolerance) {
    /**
     * Checks the tolerance.
     *
     * @throws IllegalArgumentException if it is not a positive, finite number
     */
    public Criterion {
        requireNonNull(score, "score");
        if (!(tolerance > 0 && Double.isFinite(tolerance))) {
            throw new IllegalArgumentException(
                    "Invalid tolerance " + tolerance + " of " + score.name() + ": expected a positive number");
        }
    }

    Measurement measure(FeatureProfile feature, CellCounts live, double alpha) {
        CellCounts reference = feature.counts();
        CellCounts shown = live;
        if (score.cells() != DriftScore.ALL_CELLS) {
            int[] groups = feature.cells().groups(reference, score.cells());
            int size = groups[groups.length - 1] + 1;
            reference = reference.grouped(groups, size);
            shown = live.grouped(groups, size);
        }
        double threshold = Math.max(tolerance, score.chance(reference, shown, alpha));
        return new Measurement(score.name(), score.between(reference, shown), threshold);
    }
}
