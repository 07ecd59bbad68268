package io.mlops4j.benchmarks;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A claim of speed: the time of ours over the time of a rival from the same run, or over a time that is promised.
 *
 * <p>Immutable.
 *
 * @param name what is claimed, without spaces
 * @param ours the side of ours
 * @param rival what it is compared with
 * @param goal the ratio that is claimed: at most this; NaN if nothing is claimed
 * @param remark what is printed behind, found when it is printed
 * @param since the first JDK on which it can be measured
 */
record Claim(String name, Side ours, Rival rival, double goal, Supplier<String> remark, int since) {
    private static final int BASELINE = 17;

    /** What a time is compared with. */
    sealed interface Rival permits Side, Promise {
        /** The ratio of a side's time to this one's. */
        double ratio(Side ours, Times times);
    }

    /** A time that is promised, whatever others need. */
    record Promise(Duration time) implements Rival {
        @Override
        public double ratio(Side ours, Times times) {
            return times.fastest(ours) / time.toNanos();
        }
    }

    /** A claim about two methods of one benchmark with the same model. */
    static Claim of(String name, Class<?> benchmark, String ours, String rival, @Nullable String model, double goal) {
        return new Claim(
                name, new Side(benchmark, ours, model), new Side(benchmark, rival, model), goal, () -> "", BASELINE);
    }

    /** A claim that a method takes no longer than promised. */
    static Claim of(String name, Class<?> benchmark, String ours, Duration promise) {
        return new Claim(name, new Side(benchmark, ours, null), new Promise(promise), 1, () -> "", BASELINE);
    }

    /** A figure that is printed, with a remark, and claims nothing. */
    static Claim printed(String name, Class<?> benchmark, String ours, String rival, Supplier<String> remark) {
        return new Claim(
                name, new Side(benchmark, ours, null), new Side(benchmark, rival, null), Double.NaN, remark, BASELINE);
    }

    /** The same claim, about something that only later JDKs have. */
    Claim since(int jdk) {
        return new Claim(name, ours, rival, goal, remark, jdk);
    }

    private boolean isPossible() {
        return Runtime.version().feature() >= since;
    }

    /** The sides that must be measured; none if this JDK cannot. */
    Stream<Side> sides() {
        if (!isPossible()) {
            return Stream.empty();
        }
        return rival instanceof Side side ? Stream.of(ours, side) : Stream.of(ours);
    }

    /**
     * Writes the claim's line.
     *
     * @param times what was measured
     * @return {@code name ratio=R goal=G held|short}, or {@code name ratio=R printed} and the remark, or
     *     {@code name not measured} and why not
     */
    String line(Times times) {
        if (!isPossible()) {
            return name + " not measured: needs JDK " + since + " or later";
        }
        double ratio = rival.ratio(ours, times);
        if (Double.isNaN(goal)) {
            return String.format(Locale.ROOT, "%s ratio=%.3f printed: %s", name, ratio, remark.get());
        }
        return String.format(
                Locale.ROOT, "%s ratio=%.3f goal=%.2f %s", name, ratio, goal, ratio <= goal ? "held" : "short");
    }
}
