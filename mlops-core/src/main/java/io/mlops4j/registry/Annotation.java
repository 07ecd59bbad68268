package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Labels;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A change of the words and numbers that describe a version: description, tags, metrics.
 *
 * <pre>{@code
 * registry.edit(v1)
 *         .annotate(Annotation.none().metric("rmse", 2.2).tag("region", "west").withoutTag("draft"))
 *         .because("measured on March", "ana");
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param description the new description, or empty if it stays
 * @param tags added or replaced, by key; copied
 * @param withoutTags keys of tags to drop; those that are not there are passed over; copied
 * @param metrics added or replaced, by name; copied
 * @param withoutMetrics names of metrics to drop; those that are not there are passed over; copied
 */
public record Annotation(
        Optional<String> description,
        SortedMap<String, String> tags,
        SortedSet<String> withoutTags,
        SortedMap<String, Double> metrics,
        SortedSet<String> withoutMetrics)
        implements Edit {
    private static final Annotation NONE =
            new Annotation(Optional.empty(), new TreeMap<>(), new TreeSet<>(), new TreeMap<>(), new TreeSet<>());

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if a key or name breaks the grammar, a text is too long, or the same key is both
     *     set and dropped
     */
    public Annotation {
        requireNonNull(description, "description")
                .ifPresent(text -> Labels.text("description", text, Registration.MAX_DESCRIPTION));
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        withoutTags = Collections.unmodifiableSortedSet(new TreeSet<>(withoutTags));
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        withoutMetrics = Collections.unmodifiableSortedSet(new TreeSet<>(withoutMetrics));
        tags.forEach((key, value) -> {
            Labels.key("tag key", key);
            Labels.text("value of tag " + key, value, Registration.MAX_TAG);
        });
        metrics.forEach((name, value) -> {
            Labels.key("metric name", name);
            requireNonNull(value, name);
        });
        requireDistinct("tag", tags, withoutTags);
        requireDistinct("metric", metrics, withoutMetrics);
    }

    private static void requireDistinct(String what, SortedMap<String, ?> set, SortedSet<String> dropped) {
        for (String key : dropped) {
            if (set.containsKey(Labels.key(what, key))) {
                throw new IllegalArgumentException("Cannot both set and drop " + what + " " + key);
            }
        }
    }

    /**
     * Changes nothing yet.
     *
     * @return an annotation to add to
     */
    public static Annotation none() {
        return NONE;
    }

    /**
     * Replaces the description.
     *
     * @param text at most {@value Registration#MAX_DESCRIPTION} characters; may be empty
     * @return a copy that does this too
     * @throws IllegalArgumentException if it is too long
     */
    public Annotation description(String text) {
        return new Annotation(Optional.of(text), tags, withoutTags, metrics, withoutMetrics);
    }

    /**
     * Adds or replaces a tag.
     *
     * @param key in the grammar of keys
     * @param value at most {@value Registration#MAX_TAG} characters
     * @return a copy that does this too
     * @throws IllegalArgumentException if the key breaks the grammar or the value is too long
     */
    public Annotation tag(String key, String value) {
        return new Annotation(description, with(tags, key, value), without(withoutTags, key), metrics, withoutMetrics);
    }

    /**
     * Drops a tag.
     *
     * @param key of the tag
     * @return a copy that does this too
     * @throws IllegalArgumentException if the key breaks the grammar
     */
    public Annotation withoutTag(String key) {
        return new Annotation(description, without(tags, key), with(withoutTags, key), metrics, withoutMetrics);
    }

    /**
     * Adds or replaces a metric.
     *
     * @param name in the grammar of keys
     * @param value may be NaN or infinite
     * @return a copy that does this too
     * @throws IllegalArgumentException if the name breaks the grammar
     */
    public Annotation metric(String name, double value) {
        return new Annotation(
                description, tags, withoutTags, with(metrics, name, value), without(withoutMetrics, name));
    }

    /**
     * Drops a metric.
     *
     * @param name of the metric
     * @return a copy that does this too
     * @throws IllegalArgumentException if the name breaks the grammar
     */
    public Annotation withoutMetric(String name) {
        return new Annotation(description, tags, withoutTags, without(metrics, name), with(withoutMetrics, name));
    }

    /** The tags or metrics after this annotation. */
    static <V> SortedMap<String, V> apply(
            SortedMap<String, V> before, SortedMap<String, V> set, SortedSet<String> dropped) {
        if (set.isEmpty() && dropped.isEmpty()) {
            return before;
        }
        var after = new TreeMap<>(before);
        after.putAll(set);
        after.keySet().removeAll(dropped);
        return after;
    }

    private static <V> SortedMap<String, V> with(SortedMap<String, V> map, String key, V value) {
        var copy = new TreeMap<>(map);
        copy.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
        return copy;
    }

    private static <V> SortedMap<String, V> without(SortedMap<String, V> map, String key) {
        var copy = new TreeMap<>(map);
        copy.remove(key);
        return copy;
    }

    private static SortedSet<String> with(SortedSet<String> set, String key) {
        var copy = new TreeSet<>(set);
        copy.add(key);
        return copy;
    }

    private static SortedSet<String> without(SortedSet<String> set, String key) {
        var copy = new TreeSet<>(set);
        copy.remove(key);
        return copy;
    }
}
