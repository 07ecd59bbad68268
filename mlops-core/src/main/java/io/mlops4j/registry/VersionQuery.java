package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import io.mlops4j.tracking.RunQuery.Direction;
import io.mlops4j.tracking.RunQuery.Op;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which versions to find: all conditions must hold. Versions that were archived or discarded are passed over unless
 * {@link #withLifecycle} asks for them.
 *
 * <pre>{@code
 * registry.find(VersionQuery.of(rides)
 *         .withTag("region", "west")
 *         .withMetric("rmse", Op.BELOW, 2.5)
 *         .descendingFrom(v1.id())
 *         .lowestFirst("rmse")
 *         .limit(10));
 * }</pre>
 *
 * <p>Tags and metrics are those that a version has now. A version without the tag, metric or semantic version does not
 * match a condition on it.
 *
 * <p>Immutable; each call returns a changed copy.
 */
public final class VersionQuery {
    /** The most versions that one query gives. */
    public static final int MAX_LIMIT = 50_000;

    private static final int DEFAULT_LIMIT = 1000;

    private final List<VersionCondition> conditions;
    private final VersionOrder order;
    private final int limit;

    private VersionQuery(List<VersionCondition> conditions, VersionOrder order, int limit) {
        this.conditions = List.copyOf(conditions);
        this.order = requireNonNull(order, "order");
        this.limit = limit;
    }

    /**
     * All active versions of all models, newest first, at most 1000.
     *
     * @return a query with no other condition
     */
    public static VersionQuery all() {
        return new VersionQuery(List.of(), new VersionOrder.ByTime(Direction.DESCENDING), DEFAULT_LIMIT)
                .withLifecycle(Lifecycle.ACTIVE);
    }

    /**
     * The active versions of a model, newest first, at most 1000.
     *
     * @param model its name
     * @return a query with that condition
     */
    public static VersionQuery of(ModelName model) {
        return all().with(new VersionCondition.OfModel(model));
    }

    /**
     * Only versions in these stages of their life, in the place of the active ones.
     *
     * @param first this one
     * @param more or one of these
     * @return a copy with this condition
     */
    public VersionQuery withLifecycle(Lifecycle first, Lifecycle... more) {
        List<VersionCondition> others = new ArrayList<>(conditions);
        others.removeIf(condition -> condition instanceof VersionCondition.InLifecycle);
        others.add(new VersionCondition.InLifecycle(EnumSet.of(first, more)));
        return new VersionQuery(others, order, limit);
    }

    /**
     * Only versions that an alias of this name points at.
     *
     * @param alias the alias's name, without its model
     * @return a copy with this condition
     */
    public VersionQuery aliased(String alias) {
        return with(new VersionCondition.Aliased(alias));
    }

    /**
     * Only versions whose tag has a value.
     *
     * @param key the tag
     * @param value its value
     * @return a copy with this condition
     */
    public VersionQuery withTag(String key, String value) {
        return with(new VersionCondition.Tag(key, value));
    }

    /**
     * Only versions whose metric compares to a value.
     *
     * @param name the metric
     * @param op how
     * @param bound to what
     * @return a copy with this condition
     */
    public VersionQuery withMetric(String name, Op op, double bound) {
        return with(new VersionCondition.Metric(name, op, bound));
    }

    /**
     * Only versions whose semantic version compares to another.
     *
     * @param op how, in the order of semantic versions, which passes over build metadata
     * @param bound to what
     * @return a copy with this condition
     */
    public VersionQuery withSemVer(Op op, SemVer bound) {
        return with(new VersionCondition.Semantic(op, bound));
    }

    /**
     * Only versions that were derived from another, directly or not.
     *
     * @param ancestor the other version; if it does not exist, the search throws
     *     {@link io.mlops4j.NotFoundException}
     * @return a copy with this condition
     */
    public VersionQuery descendingFrom(VersionId ancestor) {
        return with(new VersionCondition.DescendsFrom(ancestor));
    }

    /**
     * Only versions that were trained on a dataset of this name.
     *
     * @param dataset its name
     * @return a copy with this condition
     */
    public VersionQuery trainedOn(String dataset) {
        return with(new VersionCondition.TrainedOn(dataset));
    }

    /**
     * Only versions that were trained on exactly these data, under whatever name.
     *
     * @param dataset its digest
     * @return a copy with this condition
     */
    public VersionQuery trainedOn(Digest dataset) {
        return with(new VersionCondition.TrainedOnDigest(dataset));
    }

    /**
     * Only versions that a tracked run made.
     *
     * @param run its id
     * @return a copy with this condition
     */
    public VersionQuery fromRun(String run) {
        return with(new VersionCondition.FromRun(run));
    }

    /**
     * Only versions that were registered within a span of time.
     *
     * @param from its begin, inclusive
     * @param until its end, exclusive
     * @return a copy with this condition
     */
    public VersionQuery registered(Instant from, Instant until) {
        return with(new VersionCondition.Registered(from, until));
    }

    private VersionQuery with(VersionCondition condition) {
        List<VersionCondition> next = new ArrayList<>(conditions);
        next.add(condition);
        return new VersionQuery(next, order, limit);
    }

    /**
     * The lowest value of a metric first.
     *
     * @param metric its name
     * @return a copy in this order
     */
    public VersionQuery lowestFirst(String metric) {
        return orderedBy(new VersionOrder.ByMetric(metric, Direction.ASCENDING));
    }

    /**
     * The highest value of a metric first.
     *
     * @param metric its name
     * @return a copy in this order
     */
    public VersionQuery highestFirst(String metric) {
        return orderedBy(new VersionOrder.ByMetric(metric, Direction.DESCENDING));
    }

    /**
     * In some order.
     *
     * @param by the order
     * @return a copy in this order
     */
    public VersionQuery orderedBy(VersionOrder by) {
        return new VersionQuery(conditions, by, limit);
    }

    /**
     * At most so many versions.
     *
     * @param versions 1 to {@value #MAX_LIMIT}
     * @return a copy with this limit
     * @throws IllegalArgumentException if it is out of range
     */
    public VersionQuery limit(int versions) {
        if (versions < 1 || versions > MAX_LIMIT) {
            throw new IllegalArgumentException("Invalid limit " + versions + ": expected 1 to " + MAX_LIMIT);
        }
        return new VersionQuery(conditions, order, versions);
    }

    /**
     * The conditions, all of which must hold.
     *
     * @return at least the one on the lifecycle
     */
    public List<VersionCondition> conditions() {
        return conditions;
    }

    /**
     * The order.
     *
     * @return by time of registration, newest first, unless told otherwise
     */
    public VersionOrder order() {
        return order;
    }

    /**
     * The most versions wanted.
     *
     * @return 1 to {@value #MAX_LIMIT}
     */
    public int limit() {
        return limit;
    }

    /**
     * Answers the query.
     *
     * @param view the registry as it is asked
     * @return the versions that match, in order, no more than the limit
     * @throws io.mlops4j.NotFoundException if an ancestor that the query names does not exist
     */
    List<VersionRecord> over(RegistryView view) {
        List<Predicate<VersionRecord>> tests =
                conditions.stream().map(condition -> condition.in(view)).toList();
        List<VersionRecord> found = new ArrayList<>();
        for (ModelName model : view.models()) {
            if (admits(model)) {
                view.records(model).stream()
                        .filter(version -> tests.stream().allMatch(test -> test.test(version)))
                        .forEach(found::add);
            }
        }
        found.sort(order.comparator());
        return List.copyOf(found.subList(0, Math.min(limit, found.size())));
    }

    private boolean admits(ModelName model) {
        return conditions.stream()
                .allMatch(condition -> !(condition instanceof VersionCondition.OfModel of)
                        || of.name().equals(model));
    }
}
