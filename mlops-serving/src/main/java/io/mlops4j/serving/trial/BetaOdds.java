package io.mlops4j.serving.trial;

/**
 * The probability that one unknown rate exceeds another, each known by its successes and failures: P(X &gt; Y) for
 * X ~ Beta(1 + s, 1 + f) and Y alike, which is ∫ f_X(t)·F_Y(t) dt. That is how often Thompson sampling would choose X.
 *
 * <p>The integral runs over the stretch that holds both densities but for some 10⁻¹⁵ of them, in {@value #CELLS} cells by the
 * midpoint rule; the densities are normalised by the same rule, so no gamma function is needed. Error below 10⁻³ for any
 * counts.
 */
final class BetaOdds {
    private static final int CELLS = 4000;
    private static final double DEVIATIONS = 9;

    private BetaOdds() {}

    /**
     * Computes the probability.
     *
     * @param successes of X, 0 or more
     * @param failures of X, 0 or more
     * @param otherSuccesses of Y, 0 or more
     * @param otherFailures of Y, 0 or more
     * @return 0 to 1
     */
    static double exceeds(long successes, long failures, long otherSuccesses, long otherFailures) {
        double low = Math.min(edge(successes, failures, -1), edge(otherSuccesses, otherFailures, -1));
        double high = Math.max(edge(successes, failures, 1), edge(otherSuccesses, otherFailures, 1));
        double[] x = density(successes, failures, low, high);
        double[] y = density(otherSuccesses, otherFailures, low, high);
        double below = 0;
        double odds = 0;
        for (int i = 0; i < CELLS; i++) {
            odds += x[i] * (below + y[i] / 2);
            below += y[i];
        }
        return Math.max(0, Math.min(1, odds));
    }

    /** Nine deviations from the mean: further out a Beta of a few counts has all of 0 to 1. */
    private static double edge(long successes, long failures, int side) {
        double a = successes + 1.0;
        double b = failures + 1.0;
        double mean = a / (a + b);
        double deviation = Math.sqrt(mean * (1 - mean) / (a + b + 1));
        double skewed = DEVIATIONS * deviation + DEVIATIONS * DEVIATIONS / (a + b);
        return Math.max(0, Math.min(1, mean + side * skewed));
    }

    /** The masses of the cells, which add up to 1. */
    private static double[] density(long successes, long failures, double low, double high) {
        double[] logs = new double[CELLS];
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < CELLS; i++) {
            double t = low + (high - low) * (i + 0.5) / CELLS;
            logs[i] = successes * Math.log(t) + failures * Math.log1p(-t);
            most = Math.max(most, logs[i]);
        }
        double sum = 0;
        for (int i = 0; i < CELLS; i++) {
            logs[i] = Math.exp(logs[i] - most);
            sum += logs[i];
        }
        for (int i = 0; i < CELLS; i++) {
            logs[i] /= sum;
        }
        return logs;
    }
}
