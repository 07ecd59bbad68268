package io.mlops4j.examples.ridership;

import java.util.List;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.DenseVector;

/**
 * A baseline: ridge regression, fitted once. Coefficients solve {@code (XᵀX + λI) w = Xᵀy} on standardised features and
 * a centred target (Hoerl and Kennard, 1970).
 *
 * <p>Immutable.
 */
final class StaticRidge {
    private static final double LAMBDA = 10;

    private final double[] means;
    private final double[] deviations;
    private final double intercept;
    private final double[] weights;

    private StaticRidge(double[] means, double[] deviations, double intercept, double[] weights) {
        this.means = means;
        this.deviations = deviations;
        this.intercept = intercept;
        this.weights = weights;
    }

    /**
     * Fits the baseline.
     *
     * @param days what it learns from
     * @return the fitted model
     */
    static StaticRidge fit(List<RideDay> days) {
        double[][] x = days.stream().map(StaticRidge::row).toArray(double[][]::new);
        double[] y = days.stream().mapToDouble(RideDay::ridership).toArray();
        int columns = x[0].length;
        double[] means = new double[columns];
        double[] deviations = new double[columns];
        standardise(x, means, deviations);
        double intercept = mean(y);

        DenseMatrix gram = new DenseMatrix(columns, columns);
        DenseVector moment = new DenseVector(columns);
        for (int i = 0; i < x.length; i++) {
            for (int a = 0; a < columns; a++) {
                moment.add(a, x[i][a] * (y[i] - intercept));
                for (int b = 0; b < columns; b++) {
                    gram.add(a, b, x[i][a] * x[i][b]);
                }
            }
        }
        for (int a = 0; a < columns; a++) {
            gram.add(a, a, LAMBDA);
        }
        DenseVector weights = gram.choleskyFactorization().orElseThrow().solve(moment);
        return new StaticRidge(means, deviations, intercept, weights.toArray());
    }

    /** The twelve columns of the file, with day of week and day of year. */
    private static double[] row(RideDay day) {
        double[] row = new double[RideDay.STATIONS.size() + RideDay.WEATHER.size() + 2];
        int i = 0;
        for (float value : day.lagged()) {
            row[i++] = value;
        }
        for (float value : day.weather()) {
            row[i++] = value;
        }
        row[i++] = day.date().getDayOfWeek().getValue();
        row[i] = day.date().getDayOfYear();
        return row;
    }

    private static void standardise(double[][] x, double[] means, double[] deviations) {
        for (int a = 0; a < means.length; a++) {
            double sum = 0;
            for (double[] row : x) {
                sum += row[a];
            }
            means[a] = sum / x.length;
            double squares = 0;
            for (double[] row : x) {
                row[a] -= means[a];
                squares += row[a] * row[a];
            }
            deviations[a] = squares == 0 ? 1 : Math.sqrt(squares / x.length);
            for (double[] row : x) {
                row[a] /= deviations[a];
            }
        }
    }

    private static double mean(double[] y) {
        double sum = 0;
        for (double value : y) {
            sum += value;
        }
        return sum / y.length;
    }

    /**
     * Predicts a day.
     *
     * @param day the day; its ridership is not looked at
     * @return thousands of rides
     */
    double predict(RideDay day) {
        double[] row = row(day);
        double sum = intercept;
        for (int a = 0; a < row.length; a++) {
            sum += weights[a] * (row[a] - means[a]) / deviations[a];
        }
        return sum;
    }
}
