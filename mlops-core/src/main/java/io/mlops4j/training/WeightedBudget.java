package io.mlops4j.training;

/**
 * The default score: {@code driftWeight · drift + rowsWeight · min(newRows / rowScale, 1)}, with weights 0.6 and 0.4 and
 * a scale of 10,000 rows. It grows with drift and with rows, and stays within 0 to 1.
 *
 * <p>Immutable.
 *
 * @param driftWeight what full drift alone is worth, 0 to 1
 * @param rowsWeight what {@code rowScale} new rows alone are worth, 0 to 1
 * @param rowScale how many new rows count in full, 1 or more
 */
public record WeightedBudget(double driftWeight, double rowsWeight, long rowScale) implements BudgetScore {
    /** 0.6 · drift + 0.4 · min(Δrows / 10,000, 1). */
    public static final WeightedBudget DEFAULT = new WeightedBudget(0.6, 0.4, 10_000);

    /**
     * Checks weights and scale.
     *
     * @throws IllegalArgumentException if a weight is negative or NaN, both are zero, they add up to more than 1, or the
     *     scale is not positive
     */
    public WeightedBudget {
        double sum = driftWeight + rowsWeight;
        if (!(driftWeight >= 0 && rowsWeight >= 0 && sum > 0 && sum <= 1 + 1e-9)) {
            throw new IllegalArgumentException("Invalid budget weights " + driftWeight + " for drift and " + rowsWeight
                    + " for rows: expected 0 or more, and a sum above 0 and at most 1");
        }
        if (rowScale < 1) {
            throw new IllegalArgumentException("Invalid row scale " + rowScale + ": expected 1 or more");
        }
    }

    /**
     * Scores. Drift above 1 counts as 1 and below 0 as 0, as scores such as PSI are unbounded.
     *
     * @throws IllegalArgumentException if drift is NaN or the number of rows negative: then a measurement is broken, and
     *     a guess would hide it
     */
    @Override
    public Budget score(double drift, long newRows) {
        if (Double.isNaN(drift) || newRows < 0) {
            throw new IllegalArgumentException("Cannot score drift " + drift + " and " + newRows
                    + " new rows: expected a number, and 0 rows or more");
        }
        double clamped = Math.max(0, Math.min(1, drift));
        double share = Math.min((double) newRows / rowScale, 1);
        return new Budget(driftWeight * clamped, rowsWeight * share);
    }
}
