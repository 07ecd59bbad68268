package io.mlops4j.drift;

/**
 * A classical test of whether two samples come from one distribution. Its p-value is right for one look at independent
 * values; whoever looks every day sees p &lt; 0.05 without any drift about once in twenty days, and once in fewer on
 * values that depend on each other.
 *
 * <p>Implementations are pure functions: immutable, and safe to use from any thread.
 */
public interface TwoSampleTest {
    /**
     * The test's name, as reports show it.
     *
     * @return a short name in lower case, such as {@code kolmogorov-smirnov}
     */
    String name();

    /**
     * Tests two samples.
     *
     * @param reference finite values
     * @param live finite values
     * @return the statistic and its p-value
     * @throws IllegalArgumentException if a sample is too small for the test, or a value is not finite
     */
    TestResult test(double[] reference, double[] live);
}
