package io.mlops4j.examples.ridership;

/**
 * The absolute errors of two models on the same days.
 *
 * <p>Immutable.
 *
 * @param days how many days
 * @param first mean absolute error of the first model, thousands of rides
 * @param second mean absolute error of the second model, thousands of rides
 * @param z mean difference, first minus second, in its standard errors; 0 if all differences are equal
 */
record PairedErrors(int days, double first, double second, double z) {
    /**
     * Compares two models.
     *
     * @param first errors of the first, a day each
     * @param second errors of the second on the same days
     * @return the comparison
     */
    static PairedErrors of(double[] first, double[] second) {
        int n = first.length;
        double sumFirst = 0;
        double sumSecond = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double difference = first[i] - second[i];
            sumFirst += first[i];
            sumSecond += second[i];
            squares += difference * difference;
        }
        double mean = (sumFirst - sumSecond) / n;
        double variance = (squares - n * mean * mean) / (n - 1);
        double z = variance > 0 ? mean / Math.sqrt(variance / n) : 0;
        return new PairedErrors(n, sumFirst / n, sumSecond / n, z);
    }
}
