package io.mlops4j.drift;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.statistics.inference.ChiSquareTest;

/**
 * Pearson's χ² test of homogeneity, without continuity correction, for categories and for numbers of few distinct
 * values. As every χ² test, it wants some five expected values a cell.
 *
 * <p>K. Pearson: On the criterion that a given system of deviations…, Philosophical Magazine 50, 1900. Computed by
 * Apache Commons Statistics.
 *
 * <p>Immutable.
 */
public record ChiSquare() implements TwoSampleTest {
    @Override
    public String name() {
        return "chi-square";
    }

    /** {@inheritDoc} Each distinct value is a category. */
    @Override
    public TestResult test(double[] reference, double[] live) {
        double[] x = Samples.sorted("reference", reference);
        double[] y = Samples.sorted("live", live);
        double[] values = DoubleStream.concat(Arrays.stream(x), Arrays.stream(y))
                .distinct()
                .sorted()
                .toArray();
        return test(tally(values, x), tally(values, y));
    }

    private static CellCounts tally(double[] values, double[] sample) {
        long[] counts = new long[values.length];
        for (double value : sample) {
            counts[Arrays.binarySearch(values, value)]++;
        }
        return CellCounts.of(counts);
    }

    /**
     * Tests counts of the same cells; cells that are empty on both sides are left out.
     *
     * @param reference the reference's counts, total 1 or more
     * @param live the live counts, total 1 or more
     * @return the statistic, with one degree of freedom less than there are cells, and its p-value; with one cell only,
     *     0 and 1
     * @throws IllegalArgumentException if a total is 0 or the numbers of cells differ
     */
    public TestResult test(CellCounts reference, CellCounts live) {
        Shares.requireComparable(reference, live);
        int[] occupied = IntStream.range(0, live.size())
                .filter(cell -> reference.at(cell) + live.at(cell) > 0)
                .toArray();
        if (occupied.length == 1) {
            return new TestResult(0, 1);
        }
        long[] first = Arrays.stream(occupied).mapToLong(reference::at).toArray();
        long[] second = Arrays.stream(occupied).mapToLong(live::at).toArray();
        var result = ChiSquareTest.withDefaults().test(new long[][] {first, second});
        return new TestResult(result.getStatistic(), result.getPValue());
    }
}
