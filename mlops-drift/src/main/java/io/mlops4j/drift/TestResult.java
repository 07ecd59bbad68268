package io.mlops4j.drift;

/**
 * What a test found.
 *
 * <p>Immutable.
 *
 * @param statistic the test's statistic, larger being further apart
 * @param pValue the probability of such a statistic or a larger one if nothing moved, 0 to 1
 */
public record TestResult(double statistic, double pValue) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the statistic is NaN or the p-value is not within 0 to 1
     */
    public TestResult {
        if (Double.isNaN(statistic) || !(pValue >= 0 && pValue <= 1)) {
            throw new IllegalArgumentException("Invalid test result: statistic " + statistic + ", p-value " + pValue
                    + "; expected a number and a probability");
        }
    }

    /**
     * Whether the samples differ by more than chance explains.
     *
     * @param alpha the accepted probability of saying so wrongly, above 0 and below 1
     * @return whether the p-value is below it
     */
    public boolean rejects(double alpha) {
        return pValue < alpha;
    }
}
