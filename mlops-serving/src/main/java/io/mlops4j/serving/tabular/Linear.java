package io.mlops4j.serving.tabular;

/**
 * Weighted sums of the features, in double.
 *
 * <p>Immutable.
 */
final class Linear implements RawScores {
    private final int width;
    private final double[] weights;
    private final double[] bias;

    /** Weights by output, then by feature; shared, not copied. */
    Linear(int width, double[] weights, double[] bias) {
        this.width = width;
        this.weights = weights;
        this.bias = bias;
    }

    /** The same weights with numbers added to the bias. */
    Linear plus(float[] more) {
        double[] sum = bias.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += more[i];
        }
        return new Linear(width, weights, sum);
    }

    @Override
    public int outputs() {
        return bias.length;
    }

    @Override
    public double only(float[] row, int from) {
        return score(row, from, 0);
    }

    @Override
    public void scoresOf(float[] row, int from, double[] scores) {
        for (int output = 0; output < bias.length; output++) {
            scores[output] = score(row, from, output);
        }
    }

    /** Two sums that do not wait for each other: an addition takes several cycles, and one can start in each. */
    private double score(float[] row, int from, int output) {
        int first = output * width;
        double even = bias[output];
        double odd = 0;
        int i = 0;
        for (; i + 1 < width; i += 2) {
            even += weights[first + i] * row[from + i];
            odd += weights[first + i + 1] * row[from + i + 1];
        }
        if (i < width) {
            even += weights[first + i] * row[from + i];
        }
        return even + odd;
    }

    @Override
    public void magnitudesOf(float[] row, int from, double[] magnitudes) {
        for (int output = 0; output < bias.length; output++) {
            double sum = Math.abs(bias[output]);
            for (int i = 0; i < width; i++) {
                sum += Math.abs(weights[output * width + i] * row[from + i]);
            }
            magnitudes[output] = sum;
        }
    }

    @Override
    public int terms() {
        return width + 1;
    }
}
