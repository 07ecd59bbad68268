package io.mlops4j.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How long each side took in each iteration, over all forks.
 *
 * <p>Sides of which each has a benchmark method are compared by their fastest iterations: what else a machine does makes
 * an iteration slower, never faster. Sides that take turns in one method share the machine's moods; they are compared
 * within each turn, and the median turn counts.
 *
 * <p>Confined to one thread at a time.
 */
final class Times {
    private final Map<Side, List<Double>> single = new HashMap<>();
    private final Map<Side, List<Double>> inTurn = new HashMap<>();

    /** Adds the nanoseconds of an iteration of a method. */
    void add(Side side, double nanos) {
        single.computeIfAbsent(side, s -> new ArrayList<>()).add(nanos);
    }

    /** Adds the nanoseconds of a side in a turn. */
    void addInTurn(Side side, double nanos) {
        inTurn.computeIfAbsent(side, s -> new ArrayList<>()).add(nanos);
    }

    /** The time of a side's fastest iteration or turn, in nanoseconds. */
    double fastest(Side side) {
        return of(inTurn.containsKey(side) ? inTurn : single, side).stream()
                .mapToDouble(Double::doubleValue)
                .min()
                .orElseThrow();
    }

    /** The ratio of two sides' times. */
    double ratio(Side ours, Side rival) {
        return inTurn.containsKey(ours) ? medianOfTurns(ours, rival) : fastest(ours) / fastest(rival);
    }

    private double medianOfTurns(Side ours, Side rival) {
        List<Double> first = of(inTurn, ours);
        List<Double> second = of(inTurn, rival);
        double[] ratios = IntStream.range(0, first.size())
                .mapToDouble(turn -> first.get(turn) / second.get(turn))
                .sorted()
                .toArray();
        int middle = ratios.length / 2;
        return ratios.length % 2 == 1 ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2;
    }

    private static List<Double> of(Map<Side, List<Double>> times, Side side) {
        List<Double> found = times.get(side);
        if (found == null) {
            throw new IllegalStateException("No measurement of " + side);
        }
        return found;
    }
}
