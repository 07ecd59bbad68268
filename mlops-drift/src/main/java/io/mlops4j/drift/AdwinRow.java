package io.mlops4j.drift;

import java.util.ArrayList;
import java.util.List;

/**
 * The buckets of one size in {@link Adwin}'s window, oldest first, each with its sum and its sum of squared deviations.
 *
 * <p>Confined to one thread at a time.
 */
final class AdwinRow {
    /** M of the paper: with one bucket more, the two oldest merge. */
    private static final int MOST_BUCKETS = 5;

    /** Buckets of 2^47 values: more than a stream of a nanosecond each brings in a day. */
    private static final int MOST_ROWS = 48;

    private final long bucketSize;
    private final double[] totals = new double[MOST_BUCKETS + 1];
    private final double[] deviations = new double[MOST_BUCKETS + 1];
    private int size;

    AdwinRow(long bucketSize) {
        this.bucketSize = bucketSize;
    }

    long bucketSize() {
        return bucketSize;
    }

    int size() {
        return size;
    }

    double total(int bucket) {
        return totals[bucket];
    }

    double deviation(int bucket) {
        return deviations[bucket];
    }

    boolean overflows() {
        return size > MOST_BUCKETS;
    }

    void add(double total, double deviation) {
        totals[size] = total;
        deviations[size] = deviation;
        size++;
    }

    void mergeOldestInto(AdwinRow next) {
        double difference = (totals[0] - totals[1]) / bucketSize;
        next.add(totals[0] + totals[1], deviations[0] + deviations[1] + bucketSize * difference * difference / 2);
        removeOldest();
        removeOldest();
    }

    void removeOldest() {
        size--;
        System.arraycopy(totals, 1, totals, 0, size);
        System.arraycopy(deviations, 1, deviations, 0, size);
    }

    void save(ByteWriter out) {
        out.putInt(size);
        for (int bucket = 0; bucket < size; bucket++) {
            out.putDouble(totals[bucket]);
            out.putDouble(deviations[bucket]);
        }
    }

    static List<AdwinRow> restoreAll(ByteReader in) {
        int rows = in.nextCount("rows", Integer.BYTES, MOST_ROWS);
        in.require(rows >= 1, "it has no rows of buckets");
        List<AdwinRow> restored = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            var row = new AdwinRow(1L << i);
            int buckets = in.nextCount("buckets", 2 * Double.BYTES, MOST_BUCKETS);
            in.require(buckets > 0 || i < rows - 1 || rows == 1, "its last row is empty");
            for (int bucket = 0; bucket < buckets; bucket++) {
                row.add(in.nextDouble(), in.nextDouble());
                in.require(
                        Samples.isSum(row.total(bucket)) && Samples.isSumOfSquares(row.deviation(bucket)),
                        "a bucket holds a sum that no values have");
            }
            restored.add(row);
        }
        return restored;
    }
}
