package io.mlops4j.tracking;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How to start a run.
 *
 * <pre>{@code
 * tracker.start("rides-daily", RunOptions.defaults().withId("retrain-17").withTag("trigger", "drift"));
 * }</pre>
 *
 * <p>Immutable; {@code with…} methods return a changed copy.
 *
 * @param id the run's id, or empty for a new one
 * @param tags the tags it starts with; copied
 */
public record RunOptions(Optional<String> id, SortedMap<String, String> tags) {
    private static final RunOptions DEFAULTS = new RunOptions(Optional.empty(), new TreeMap<>());

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if the id or a tag breaks the grammar
     */
    public RunOptions {
        requireNonNull(id, "id").ifPresent(RunIds::check);
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        Limits.tags(tags);
    }

    /**
     * A run with a new id and without tags.
     *
     * @return the defaults
     */
    public static RunOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Gives the run an id, so that starting it again goes on with it: see {@link Tracker#start(String, RunOptions)}.
     *
     * @param runId 1 to 128 of {@code [A-Za-z0-9_-]}, beginning with a letter or digit, no device name
     * @return a copy
     * @throws IllegalArgumentException if it breaks the grammar
     */
    public RunOptions withId(String runId) {
        return new RunOptions(Optional.of(runId), tags);
    }

    /**
     * Adds or replaces a tag.
     *
     * @param key in the grammar of keys
     * @param value at most {@value Tracker#MAX_TAG} characters
     * @return a copy
     * @throws IllegalArgumentException if the key breaks the grammar or the value is too long
     */
    public RunOptions withTag(String key, String value) {
        return withTags(Map.of(key, value));
    }

    /**
     * Adds or replaces tags.
     *
     * @param entries values by key; copied
     * @return a copy
     * @throws IllegalArgumentException if a key breaks the grammar or a value is too long
     */
    public RunOptions withTags(Map<String, String> entries) {
        var merged = new TreeMap<>(tags);
        merged.putAll(entries);
        return new RunOptions(id, merged);
    }
}
