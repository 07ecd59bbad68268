package io.mlops4j.tracking;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which runs to find: all conditions must hold.
 *
 * <pre>{@code
 * tracker.find(RunQuery.in("rides-daily")
 *         .withStatus(RunStatus.FINISHED)
 *         .withMetric("rmse", RunQuery.Op.BELOW, 2.5)
 *         .lowestFirst("rmse")
 *         .limit(10));
 * }</pre>
 *
 * <p>Metrics are compared at their greatest step. A run without the metric, tag or parameter does not match a condition
 * on it. In an order by metric, runs without it come last, and NaN right before them.
 *
 * <p>Immutable; each call returns a changed copy.
 */
public final class RunQuery {
    /** The most runs that one query gives. */
    public static final int MAX_LIMIT = 50_000;

    private static final int DEFAULT_LIMIT = 1000;
    private static final Comparator<RunRecord> NEWEST = Comparator.comparing(RunRecord::startedAt)
            .thenComparing(RunRecord::id)
            .reversed();

    private final List<Condition> conditions;
    private final Order order;
    private final int limit;

    private RunQuery(List<Condition> conditions, Order order, int limit) {
        this.conditions = List.copyOf(conditions);
        this.order = order;
        this.limit = limit;
    }

    /** How to compare a metric with a value. */
    public enum Op {
        /** Greater than. */
        ABOVE,
        /** Greater than or equal. */
        AT_LEAST,
        /** Equal; never so for NaN. */
        EQUAL,
        /** Less than or equal. */
        AT_MOST,
        /** Less than. */
        BELOW;

        /**
         * Compares.
         *
         * @param metric the run's value
         * @param bound the query's value
         * @return whether it holds; false if either is NaN
         */
        public boolean holds(double metric, double bound) {
            return switch (this) {
                case ABOVE -> metric > bound;
                case AT_LEAST -> metric >= bound;
                case EQUAL -> metric == bound;
                case AT_MOST -> metric <= bound;
                case BELOW -> metric < bound;
            };
        }
    }

    /** A condition, for trackers that translate a query. */
    public sealed interface Condition extends Predicate<RunRecord> {}

    /**
     * The run belongs to an experiment.
     *
     * <p>Immutable.
     *
     * @param name the experiment
     */
    public record Experiment(String name) implements Condition {
        @Override
        public boolean test(RunRecord run) {
            return run.experiment().equals(name);
        }
    }

    /**
     * The run's status is one of some.
     *
     * <p>Immutable.
     *
     * @param any at least one; copied
     */
    public record Status(Set<RunStatus> any) implements Condition {
        /** Copies the set. */
        public Status {
            any = Set.copyOf(any);
        }

        @Override
        public boolean test(RunRecord run) {
            return any.contains(run.status());
        }
    }

    /**
     * A tag has a value.
     *
     * <p>Immutable.
     *
     * @param key the tag
     * @param value its value
     */
    public record Tag(String key, String value) implements Condition {
        @Override
        public boolean test(RunRecord run) {
            return value.equals(run.tags().get(key));
        }
    }

    /**
     * A parameter has a value.
     *
     * <p>Immutable.
     *
     * @param name the parameter
     * @param value its value
     */
    public record Parameter(String name, String value) implements Condition {
        @Override
        public boolean test(RunRecord run) {
            return value.equals(run.parameters().get(name));
        }
    }

    /**
     * A metric compares to a value.
     *
     * <p>Immutable.
     *
     * @param name the metric
     * @param op how
     * @param bound to what
     */
    public record Metric(String name, Op op, double bound) implements Condition {
        @Override
        public boolean test(RunRecord run) {
            var value = run.metric(name);
            return value.isPresent() && op.holds(value.getAsDouble(), bound);
        }
    }

    /** An order of the runs found, for trackers that translate a query. */
    public sealed interface Order {
        /**
         * The order as a comparator.
         *
         * @return total: ties are broken by start time, newest first, and id
         */
        Comparator<RunRecord> comparator();
    }

    /**
     * By start time.
     *
     * <p>Immutable.
     *
     * @param direction which first
     */
    public record ByStart(Direction direction) implements Order {
        @Override
        public Comparator<RunRecord> comparator() {
            return direction == Direction.DESCENDING ? NEWEST : NEWEST.reversed();
        }
    }

    /**
     * By a metric.
     *
     * <p>Immutable.
     *
     * @param name the metric
     * @param direction which first
     */
    public record ByMetric(String name, Direction direction) implements Order {
        @Override
        public Comparator<RunRecord> comparator() {
            Comparator<Double> byValue =
                    direction == Direction.ASCENDING ? Comparator.naturalOrder() : Comparator.reverseOrder();
            return Comparator.comparingInt(this::rank)
                    .thenComparing(run -> run.metric(name).orElse(0), byValue)
                    .thenComparing(NEWEST);
        }

        private int rank(RunRecord run) {
            var value = run.metric(name);
            if (value.isEmpty()) {
                return 2;
            }
            return Double.isNaN(value.getAsDouble()) ? 1 : 0;
        }
    }

    /** Which comes first. */
    public enum Direction {
        /** The lowest, or the oldest. */
        ASCENDING,
        /** The highest, or the newest. */
        DESCENDING
    }

    /**
     * All runs, newest first, at most 1000.
     *
     * @return a query without conditions
     */
    public static RunQuery all() {
        return new RunQuery(List.of(), new ByStart(Direction.DESCENDING), DEFAULT_LIMIT);
    }

    /**
     * The runs of an experiment, newest first, at most 1000.
     *
     * @param experiment its name
     * @return a query with that condition
     */
    public static RunQuery in(String experiment) {
        return all().with(new Experiment(requireNonNull(experiment, "experiment")));
    }

    /**
     * Only runs of some status.
     *
     * @param first this status
     * @param more or one of these
     * @return a copy with this condition
     */
    public RunQuery withStatus(RunStatus first, RunStatus... more) {
        return with(new Status(EnumSet.of(first, more)));
    }

    /**
     * Only runs whose tag has a value.
     *
     * @param key the tag
     * @param value its value
     * @return a copy with this condition
     */
    public RunQuery withTag(String key, String value) {
        return with(new Tag(requireNonNull(key, "key"), requireNonNull(value, "value")));
    }

    /**
     * Only runs whose parameter has a value.
     *
     * @param name the parameter
     * @param value its value, as text
     * @return a copy with this condition
     */
    public RunQuery withParameter(String name, String value) {
        return with(new Parameter(requireNonNull(name, "name"), requireNonNull(value, "value")));
    }

    /**
     * Only runs whose metric compares to a value.
     *
     * @param name the metric
     * @param op how
     * @param bound to what
     * @return a copy with this condition
     */
    public RunQuery withMetric(String name, Op op, double bound) {
        return with(new Metric(requireNonNull(name, "name"), requireNonNull(op, "op"), bound));
    }

    private RunQuery with(Condition condition) {
        List<Condition> next = new ArrayList<>(conditions);
        next.add(condition);
        return new RunQuery(next, order, limit);
    }

    /**
     * The lowest value of a metric first.
     *
     * @param metric its name
     * @return a copy in this order
     */
    public RunQuery lowestFirst(String metric) {
        return new RunQuery(conditions, new ByMetric(metric, Direction.ASCENDING), limit);
    }

    /**
     * The highest value of a metric first.
     *
     * @param metric its name
     * @return a copy in this order
     */
    public RunQuery highestFirst(String metric) {
        return new RunQuery(conditions, new ByMetric(metric, Direction.DESCENDING), limit);
    }

    /**
     * The run that was started first comes first.
     *
     * @return a copy in this order
     */
    public RunQuery oldestFirst() {
        return new RunQuery(conditions, new ByStart(Direction.ASCENDING), limit);
    }

    /**
     * At most so many runs.
     *
     * @param runs 1 to {@value #MAX_LIMIT}
     * @return a copy with this limit
     * @throws IllegalArgumentException if it is out of range
     */
    public RunQuery limit(int runs) {
        if (runs < 1 || runs > MAX_LIMIT) {
            throw new IllegalArgumentException("Invalid limit " + runs + ": expected 1 to " + MAX_LIMIT);
        }
        return new RunQuery(conditions, order, runs);
    }

    /**
     * The conditions, all of which must hold.
     *
     * @return perhaps none
     */
    public List<Condition> conditions() {
        return conditions;
    }

    /**
     * The order.
     *
     * @return by start time, newest first, unless told otherwise
     */
    public Order order() {
        return order;
    }

    /**
     * The most runs wanted.
     *
     * @return 1 to {@value #MAX_LIMIT}
     */
    public int limit() {
        return limit;
    }

    /**
     * Whether a run meets all conditions.
     *
     * @param run the run
     * @return true if it does
     */
    public boolean matches(RunRecord run) {
        return conditions.stream().allMatch(condition -> condition.test(run));
    }

    /** Whether runs of an experiment can match at all. */
    boolean admits(String experiment) {
        return conditions.stream()
                .allMatch(condition ->
                        !(condition instanceof Experiment in) || in.name().equals(experiment));
    }

    /**
     * Answers the query over runs at hand.
     *
     * @param runs all runs there are
     * @return those that match, in order, no more than the limit
     */
    public List<RunRecord> over(Iterable<RunRecord> runs) {
        List<RunRecord> found = new ArrayList<>();
        for (RunRecord run : runs) {
            if (matches(run)) {
                found.add(run);
            }
        }
        found.sort(order.comparator());
        return List.copyOf(found.subList(0, Math.min(limit, found.size())));
    }
}
