package io.mlops4j.drift;

import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;

/**
 * The two-sample, two-sided Kolmogorov-Smirnov test on raw samples. The p-value is exact where that is feasible, for
 * products of sample sizes up to some ten million without ties to speak of, and asymptotic beyond.
 *
 * <p>R. Simard, P. L'Ecuyer: Computing the two-sided Kolmogorov-Smirnov distribution. Journal of Statistical Software
 * 39(11), 2011; T. Viehmann: Numerically more stable computation of the p-values for the two-sample
 * Kolmogorov-Smirnov test, 2021. Computed by Apache Commons Statistics.
 *
 * <pre>{@code
 * boolean moved = new KolmogorovSmirnov().test(lastYear, thisWeek).rejects(0.01);
 * }</pre>
 *
 * <p>Immutable.
 */
public record KolmogorovSmirnov() implements TwoSampleTest {
    private static final int LEAST_VALUES = 2;

    @Override
    public String name() {
        return "kolmogorov-smirnov";
    }

    @Override
    public TestResult test(double[] reference, double[] live) {
        double[] x = Samples.sorted("reference", reference);
        double[] y = Samples.sorted("live", live);
        if (x.length < LEAST_VALUES || y.length < LEAST_VALUES) {
            throw new IllegalArgumentException("Cannot test samples of " + x.length + " and " + y.length
                    + " values: expected " + LEAST_VALUES + " or more of each");
        }
        var result = KolmogorovSmirnovTest.withDefaults().test(x, y);
        return new TestResult(result.getStatistic(), result.getPValue());
    }
}
