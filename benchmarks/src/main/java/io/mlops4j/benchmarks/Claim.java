package io.mlops4j.benchmarks;

import java.util.Locale;

/**
 * A claim of speed: the time of ours over the time of a rival, both from the same run.
 *
 * <p>Immutable.
 *
 * @param name what is claimed, without spaces
 * @param ours the benchmark method of ours
 * @param rival the benchmark method of the rival
 * @param model the value of the benchmark's {@code model} parameter
 * @param goal the ratio that is claimed: at most this
 */
record Claim(String name, String ours, String rival, String model, double goal) {
    /**
     * Writes the claim's line.
     *
     * @param ourNanos time of ours
     * @param rivalNanos time of the rival
     * @return {@code name ratio=R goal=G held|short}
     */
    String line(double ourNanos, double rivalNanos) {
        double ratio = ourNanos / rivalNanos;
        return String.format(
                Locale.ROOT, "%s ratio=%.3f goal=%.2f %s", name, ratio, goal, ratio <= goal ? "held" : "short");
    }
}
