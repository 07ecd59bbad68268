package io.mlops4j.drift;

import java.util.Arrays;

/**
 * The Wasserstein-1 (earth mover's) distance of two samples: the area between their distribution functions, in the unit
 * of the values. It takes raw samples, because edges cannot say how far a value moved beyond them.
 *
 * <p>Immutable.
 */
public final class Wasserstein {
    private static final double LEAST_DEVIATION = 0.001;

    private Wasserstein() {}

    /**
     * The distance of two samples, in O((n+m)·log(n+m)).
     *
     * @param reference finite values, 1 or more
     * @param live finite values, 1 or more
     * @return 0 or more, in the unit of the values
     * @throws IllegalArgumentException if a sample is empty or a value is not finite
     */
    public static double between(double[] reference, double[] live) {
        double[] x = Samples.sorted("reference", reference);
        double[] y = Samples.sorted("live", live);
        double area = 0;
        int i = 0;
        int j = 0;
        double last = Math.min(x[0], y[0]);
        while (i < x.length || j < y.length) {
            double next = Math.min(i < x.length ? x[i] : y[j], j < y.length ? y[j] : x[i]);
            area += Math.abs((double) i / x.length - (double) j / y.length) * (next - last);
            while (i < x.length && x[i] == next) {
                i++;
            }
            while (j < y.length && y[j] == next) {
                j++;
            }
            last = next;
        }
        return area;
    }

    /**
     * The distance in standard deviations of the reference, so that features of different units compare. A deviation
     * below 0.001 counts as 0.001, so that a constant reference divides nothing by zero.
     *
     * @param reference finite values, 1 or more
     * @param live finite values, 1 or more
     * @return 0 or more, without a unit
     * @throws IllegalArgumentException if a sample is empty or a value is not finite
     */
    public static double normalized(double[] reference, double[] live) {
        double distance = between(reference, live);
        double mean = Arrays.stream(reference).average().orElseThrow();
        double variance = Arrays.stream(reference)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();
        return distance / Math.max(Math.sqrt(variance), LEAST_DEVIATION);
    }
}
