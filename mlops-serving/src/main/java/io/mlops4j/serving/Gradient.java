package io.mlops4j.serving;

/**
 * Finds how many runs may go side by side from how long they take: Netflix's Gradient2.
 *
 * <p>With {@code g = clamp(1.5 · long / short, 0.5, 1)}, where {@code short} is how long runs take now and {@code long}
 * how long they took on average, {@code L ← 0.8 · L + 0.2 · (L · g + h)}. The published head room {@code h} of 4 keeps
 * {@code L} at 8 or more, which is more than a machine for inference often has of processors; so it is a quarter of
 * {@code L} where that is less, and {@code L} can fall to 1.
 *
 * <p>Confined to one thread at a time.
 */
final class Gradient {
    private static final double TOLERANCE = 1.5;
    private static final double SMOOTHING = 0.2;
    private static final double HEAD_ROOM = 4;
    private static final double LONG_WINDOW = 600;
    private static final double SHORT_WINDOW = 10;

    private final int most;
    private double limit;
    private double average;
    private double recent;

    Gradient(int most) {
        this.most = most;
        this.limit = most;
    }

    /**
     * Learns from a run.
     *
     * @param nanos how long it took, for a row
     * @param busy how many ran then, itself included
     * @return the new limit
     */
    int learn(double nanos, int busy) {
        if (average == 0) {
            average = nanos;
            recent = nanos;
        }
        recent += (nanos - recent) / SHORT_WINDOW;
        average += (nanos - average) / LONG_WINDOW;
        if (average > 2 * recent) {
            average *= 0.95; // the load is gone: forget its long runs soon
        }
        if (busy >= limit / 2) { // else the limit was not what bounded the runs
            double gradient = Math.max(0.5, Math.min(1, TOLERANCE * average / recent));
            double wanted = limit * gradient + Math.min(HEAD_ROOM, limit / 4);
            limit = Math.max(1, Math.min(most, (1 - SMOOTHING) * limit + SMOOTHING * wanted));
        }
        return (int) limit;
    }
}
