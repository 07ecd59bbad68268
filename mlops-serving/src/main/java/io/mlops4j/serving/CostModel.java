package io.mlops4j.serving;

/**
 * How long a batch takes: {@code a · rows + b}, by least squares over the last 50 batches.
 *
 * <p>If the batches had all one size, the line goes through the origin. Neither {@code a} nor {@code b} is negative:
 * where least squares would have it so, the best line without it is taken.
 *
 * <p>Confined to one thread at a time.
 */
final class CostModel {
    private static final int KEPT = 50;
    private static final int FEWEST = 4;

    private final double[] rows = new double[KEPT];
    private final double[] nanos = new double[KEPT];
    private int count;
    private int next;
    private double a;
    private double b;
    private double margin;

    /** Learns from a batch. */
    void record(int batchRows, long batchNanos) {
        rows[next] = batchRows;
        nanos[next] = batchNanos;
        next = (next + 1) % KEPT;
        count = Math.min(KEPT, count + 1);
        fit();
    }

    private void fit() {
        double n = 0;
        double t = 0;
        for (int i = 0; i < count; i++) {
            n += rows[i];
            t += nanos[i];
        }
        n /= count;
        t /= count;
        double nn = 0;
        double nt = 0;
        for (int i = 0; i < count; i++) {
            nn += (rows[i] - n) * (rows[i] - n);
            nt += (rows[i] - n) * (nanos[i] - t);
        }
        a = nn > 0 ? nt / nn : t / n;
        b = t - a * n;
        if (a < 0) {
            a = 0;
            b = t;
        } else if (b < 0) {
            b = 0;
            a = t / n;
        }
        margin = deviation();
    }

    private double deviation() {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            double error = nanos[i] - a * rows[i] - b;
            sum += error * error;
        }
        return Math.sqrt(sum / count);
    }

    /** Whether enough batches were seen to tell. */
    boolean isKnown() {
        return count >= FEWEST;
    }

    /** How long a batch takes in nanoseconds; 0 if not known. */
    long nanos(int batchRows) {
        return nanos(batchRows, 1);
    }

    /** How long rows take in so many runs, one after the other; 0 if not known. */
    long nanos(long allRows, double runs) {
        return isKnown() ? guess(allRows, runs) : 0;
    }

    /** The same from the first batch on: good enough for advice, but no ground to refuse anybody. 0 before that. */
    long guess(long allRows, double runs) {
        return (long) (a * allRows + b * runs);
    }

    /** How far runs are from the line: a standard deviation in nanoseconds; 0 if not known. */
    long margin() {
        return isKnown() ? (long) margin : 0;
    }

    /** How many rows a batch may have that must end within a time, with a standard deviation to spare. */
    int rowsWithin(long nanosLeft) {
        if (!isKnown() || nanosLeft == Long.MAX_VALUE) {
            return Integer.MAX_VALUE;
        }
        double room = nanosLeft - margin - b;
        return a == 0 ? (room >= 0 ? Integer.MAX_VALUE : 0) : (int) Math.max(0, Math.floor(room / a));
    }
}
