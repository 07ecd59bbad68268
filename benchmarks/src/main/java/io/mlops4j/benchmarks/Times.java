package io.mlops4j.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How long each side took in each iteration, over all forks.
 *
 * <p>Sides that are compared take turns in one method and so share the machine's moods: they are compared within each
 * turn, and the median turn counts. What is compared with a promise is so by its fastest iteration: what else a machine
 * does makes an iteration slower, never faster.
 *
 * <p>Confined to one thread at a time.
 */
final class Times {
    private final Map<Side, List<Double>> nanos = new HashMap<>();

    /** Adds the nanoseconds of an iteration or, of a side that takes turns, of a turn. */
    void add(Side side, double time) {
        nanos.computeIfAbsent(side, s -> new ArrayList<>()).add(time);
    }

    /** The time of a side's fastest iteration or turn, in nanoseconds. */
    double fastest(Side side) {
        return of(side).stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** The ratio of the times of two sides that take turns. */
    double ratio(Side ours, Side rival) {
        List<Double> first = of(ours);
        List<Double> second = of(rival);
        double[] ratios = IntStream.range(0, first.size())
                .mapToDouble(turn -> first.get(turn) / second.get(turn))
                .sorted()
                .toArray();
        int middle = ratios.length / 2;
        return ratios.length % 2 == 1 ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2;
    }

    private List<Double> of(Side side) {
        List<Double> found = nanos.get(side);
        if (found == null) {
            throw new IllegalStateException("No measurement of " + side);
        }
        return found;
    }
}
