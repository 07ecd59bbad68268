package io.mlops4j.gate;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Passes a candidate whose metric is good enough in itself. A candidate without the metric, or with NaN, fails.
 *
 * <pre>{@code
 * MetricThreshold.atMost("rmse", 2.5)
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param metric the name in {@link Candidate#metrics()}
 * @param bound the bound on the metric
 * @param limit the worst value that passes; finite
 */
public record MetricThreshold(String metric, Bound bound, double limit) implements Gate {
    /** On which side of the limit a metric is good. */
    public enum Bound {
        /** Lower is better. */
        AT_MOST,
        /** Higher is better. */
        AT_LEAST
    }

    /**
     * Checks the limit.
     *
     * @throws IllegalArgumentException if it is NaN or infinite
     */
    public MetricThreshold {
        requireNonNull(metric, "metric");
        requireNonNull(bound, "bound");
        if (!Double.isFinite(limit)) {
            throw new IllegalArgumentException(
                    "Invalid limit " + limit + " of metric " + metric + ": expected a finite number");
        }
    }

    /**
     * Lower is better.
     *
     * @param metric the name of the metric
     * @param limit the highest value that passes
     * @return the gate
     */
    public static MetricThreshold atMost(String metric, double limit) {
        return new MetricThreshold(metric, Bound.AT_MOST, limit);
    }

    /**
     * Higher is better.
     *
     * @param metric the name of the metric
     * @param limit the lowest value that passes
     * @return the gate
     */
    public static MetricThreshold atLeast(String metric, double limit) {
        return new MetricThreshold(metric, Bound.AT_LEAST, limit);
    }

    @Override
    public String name() {
        return metric + (bound == Bound.AT_MOST ? " at most " : " at least ") + limit;
    }

    @Override
    public Verdict evaluate(GateContext context) {
        Evidence evidence = Evidence.none().with("limit", limit);
        Optional<Double> value = context.candidate().map(Candidate::metrics).map(metrics -> metrics.get(metric));
        if (value.isEmpty()) {
            return Verdict.fail("the candidate has no metric " + metric, evidence);
        }
        double seen = value.get();
        boolean good = bound == Bound.AT_MOST ? seen <= limit : seen >= limit;
        Evidence all = evidence.with(metric, seen);
        return good ? Verdict.pass(all) : Verdict.fail(metric + " is " + seen + ", expected " + name(), all);
    }
}
