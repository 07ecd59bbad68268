package io.mlops4j.drift;

import java.util.ArrayList;
import java.util.List;

/**
 * ADWIN, the adaptive window: keeps as many of the latest values as look alike. Whenever some older part and the newer
 * rest have means too different for chance, it forgets the oldest values and alarms. Unlike {@link PageHinkley} it
 * needs no scale: its bound adapts to the variance of what it sees.
 *
 * <p>With W the window's length, σ² its variance, n₀ and n₁ the lengths of the parts: δ′ = ln(2·ln W / δ),
 * 1/m = 1/(n₀−4) + 1/(n₁−4), ε = √((2/m)·σ²·δ′) + (2/3m)·δ′, and a cut where |μ₀ − μ₁| &gt; ε. The parts hold five
 * values or more, cuts are looked for at every 32nd value once there are more than ten. After an alarm the window keeps
 * its newer part, so one large change may alarm again at the next look; {@link #reset()} after an alarm makes it start
 * afresh.
 *
 * <p>The window is an exponential histogram of at most six buckets of each size 1, 2, 4, 8, …: memory and time of a look
 * are O(log W), and a value costs O(1) amortised. ADWIN never warns.
 *
 * <pre>{@code
 * var detector = Adwin.withDelta(0.002);
 * if (detector.update(error) == DetectorState.DRIFT) { … }
 * }</pre>
 *
 * <p>A. Bifet, R. Gavaldà: Learning from time-changing data with adaptive windowing. SIAM International Conference on
 * Data Mining, 2007. Variance of buckets: B. Babcock et al.: Maintaining variance and k-medians over data stream
 * windows. PODS, 2003.
 *
 * <p>Confined to one thread at a time.
 */
public final class Adwin implements DriftDetector {
    private static final double DEFAULT_DELTA = 0.002;
    private static final int CLOCK = 32;
    private static final int GRACE = 10;
    private static final int LEAST_PART = 5;

    private static final int MAGIC = 0x4d34_4144; // M4AD
    private static final int VERSION = 1;

    private final double delta;
    /** Rows of buckets by size, 1 first; within a row the oldest bucket is first. */
    private final List<AdwinRow> rows = new ArrayList<>();

    private long seen;
    private long width;
    private double total;
    /** Sum of squared deviations from the window's mean. */
    private double deviation;

    private double evidence;

    private Adwin(double delta) {
        if (!(delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("Invalid delta " + delta + " of ADWIN: expected above 0 and below 1");
        }
        this.delta = delta;
        reset();
    }

    /**
     * The usual confidence, δ = 0.002.
     *
     * @return a new detector
     */
    public static Adwin withDefaults() {
        return new Adwin(DEFAULT_DELTA);
    }

    /**
     * A detector of a confidence.
     *
     * @param delta bounds the probability of a false cut at one look, above 0 and below 1; smaller alarms later
     * @return a new detector
     */
    public static Adwin withDelta(double delta) {
        return new Adwin(delta);
    }

    @Override
    public String name() {
        return "adwin";
    }

    /**
     * The number of latest values that look alike.
     *
     * @return 0 or more
     */
    public long width() {
        return width;
    }

    /**
     * The mean of the window.
     *
     * @return the mean, 0 of an empty window
     */
    public double mean() {
        return width == 0 ? 0 : total / width;
    }

    @Override
    public DetectorState update(double value) {
        Samples.requireTame(value);
        seen++;
        insert(value);
        if (seen % CLOCK != 0 || width <= GRACE) {
            return DetectorState.NONE;
        }
        boolean cut = false;
        evidence = 0;
        while (hasCut()) {
            dropOldest();
            cut = true;
        }
        evidence = cut ? 1 : evidence;
        return cut ? DetectorState.DRIFT : DetectorState.NONE;
    }

    private void insert(double value) {
        if (width > 0) {
            double distance = value - total / width;
            deviation += width * distance * distance / (width + 1);
        }
        width++;
        total += value;
        rows.get(0).add(value, 0);
        for (int i = 0; rows.get(i).overflows(); i++) {
            if (i + 1 == rows.size()) {
                rows.add(new AdwinRow(2 * rows.get(i).bucketSize()));
            }
            rows.get(i).mergeOldestInto(rows.get(i + 1));
        }
    }

    /** Looks at every border between buckets, from the oldest on. */
    private boolean hasCut() {
        double older = 0;
        double olderTotal = 0;
        for (int i = rows.size() - 1; i >= 0; i--) {
            AdwinRow row = rows.get(i);
            for (int bucket = 0; bucket < row.size(); bucket++) {
                older += row.bucketSize();
                olderTotal += row.total(bucket);
                double newer = width - older;
                if (older >= LEAST_PART && newer >= LEAST_PART && differ(older, olderTotal, newer)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean differ(double older, double olderTotal, double newer) {
        double difference = Math.abs(olderTotal / older - (total - olderTotal) / newer);
        double confidence = Math.log(2 * Math.log((double) width) / delta);
        double reciprocal = 1 / (older - LEAST_PART + 1) + 1 / (newer - LEAST_PART + 1);
        double variance = Math.max(0, deviation) / width;
        double epsilon = Math.sqrt(2 * reciprocal * variance * confidence) + 2.0 / 3 * confidence * reciprocal;
        evidence = Math.max(evidence, Math.min(1, difference / epsilon));
        return difference > epsilon;
    }

    private void dropOldest() {
        AdwinRow row = rows.get(rows.size() - 1);
        long size = row.bucketSize();
        double bucketTotal = row.total(0);
        width -= size;
        total -= bucketTotal;
        double distance = bucketTotal / size - total / width;
        deviation -= row.deviation(0) + size * (double) width * distance * distance / (size + width);
        row.removeOldest();
        if (row.size() == 0) {
            rows.remove(rows.size() - 1);
        }
    }

    @Override
    public double evidence() {
        return evidence;
    }

    @Override
    public void reset() {
        rows.clear();
        rows.add(new AdwinRow(1));
        seen = 0;
        width = 0;
        total = 0;
        deviation = 0;
        evidence = 0;
    }

    @Override
    public byte[] save() {
        var out = new ByteWriter(MAGIC, VERSION);
        out.putText(toString());
        out.putLong(seen);
        out.putDouble(total);
        out.putDouble(deviation);
        out.putDouble(evidence);
        out.putInt(rows.size());
        rows.forEach(row -> row.save(out));
        return out.sealed();
    }

    @Override
    public void restore(byte[] saved) {
        ByteReader.read("state of " + this, saved, MAGIC, VERSION, this::restore);
    }

    private Adwin restore(ByteReader in) {
        in.require(in.nextText().equals(toString()), "it is a state of another detector");
        long count = in.nextLong();
        double[] sums = {in.nextDouble(), in.nextDouble(), in.nextDouble()};
        List<AdwinRow> restored = AdwinRow.restoreAll(in);
        long length = restored.stream()
                .mapToLong(row -> row.size() * row.bucketSize())
                .sum();
        in.require(length <= count, "its window of " + length + " values is longer than the " + count + " it has seen");
        in.require(
                Samples.isSum(sums[0]) && Samples.isSumOfSquares(sums[1]),
                "it holds the sums " + sums[0] + " and " + sums[1]);
        in.require(sums[2] >= 0 && sums[2] <= 1, "its evidence is " + sums[2]);
        rows.clear();
        rows.addAll(restored);
        seen = count;
        width = length;
        total = sums[0];
        deviation = sums[1];
        evidence = sums[2];
        return this;
    }

    @Override
    public String toString() {
        return "Adwin[delta=" + delta + "]";
    }
}
