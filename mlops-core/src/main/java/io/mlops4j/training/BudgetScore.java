package io.mlops4j.training;

/**
 * How much training again would be worth, from 0 (nothing) to 1 (do it).
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface BudgetScore {
    /**
     * Scores.
     *
     * @param drift how far the world has moved, 0 to 1
     * @param newRows how many rows came since the last training, 0 or more
     * @return the parts and their sum
     */
    Budget score(double drift, long newRows);

    /**
     * A score and what it is made of.
     *
     * <p>Immutable.
     *
     * @param drift the part that drift contributes, 0 to 1
     * @param rows the part that new rows contribute, 0 to 1
     */
    record Budget(double drift, double rows) {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if a part or the sum is outside 0 to 1
         */
        public Budget {
            // Weights such as 0.6 and 0.4 need not add up to 1 to the last bit.
            if (!(drift >= 0 && rows >= 0 && drift + rows <= 1 + 1e-9)) {
                throw new IllegalArgumentException(
                        "Invalid budget of " + drift + " for drift and " + rows + " for rows: expected 0 to 1 in all");
            }
        }

        /**
         * The score.
         *
         * @return 0 to 1
         */
        public double total() {
            return Math.min(1, drift + rows);
        }
    }
}
