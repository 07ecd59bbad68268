package io.mlops4j.gate;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a decision rests on: named numbers and named texts, sorted by name, small enough to be kept in a journal.
 *
 * <pre>{@code
 * Evidence.none().with("rmse", 2.21).with("slice", "weekends")
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param numbers by name; may hold NaN and infinities, as measurements do
 * @param texts by name; each is cut after {@link #MAX_TEXT} characters
 */
public record Evidence(SortedMap<String, Double> numbers, SortedMap<String, String> texts) {
    /** The longest name, in characters. */
    public static final int MAX_NAME = 128;

    /** The longest text, in characters; what is longer is cut and ends with an ellipsis. */
    public static final int MAX_TEXT = 4096;

    private static final Evidence NONE = new Evidence(Collections.emptySortedMap(), Collections.emptySortedMap());

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if a name is empty or longer than {@link #MAX_NAME}
     */
    public Evidence {
        numbers = sorted(numbers);
        texts = sorted(texts);
        if (texts.values().stream().anyMatch(text -> text.length() > MAX_TEXT)) {
            var cut = new TreeMap<>(texts);
            cut.replaceAll((name, text) -> cut(text));
            texts = Collections.unmodifiableSortedMap(cut);
        }
    }

    private static <V> SortedMap<String, V> sorted(Map<String, V> values) {
        var copy = new TreeMap<String, V>();
        values.forEach((name, value) -> {
            if (name.isEmpty() || name.length() > MAX_NAME) {
                throw new IllegalArgumentException(
                        "Invalid evidence name of " + name.length() + " characters: expected 1 to " + MAX_NAME);
            }
            copy.put(name, requireNonNull(value, name));
        });
        return Collections.unmodifiableSortedMap(copy);
    }

    private static String cut(String text) {
        if (text.length() <= MAX_TEXT) {
            return text;
        }
        int end = MAX_TEXT - 1;
        // Half of a surrogate pair is no character and would not survive UTF-8.
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    /**
     * Nothing yet.
     *
     * @return no numbers and no texts
     */
    public static Evidence none() {
        return NONE;
    }

    /**
     * Adds a number.
     *
     * @param name replaces a number of the same name
     * @param number any double
     * @return the evidence with it
     * @throws IllegalArgumentException if the name is empty or too long
     */
    public Evidence with(String name, double number) {
        var more = new TreeMap<>(numbers);
        more.put(requireNonNull(name, "name"), number);
        return new Evidence(more, texts);
    }

    /**
     * Adds a text.
     *
     * @param name replaces a text of the same name
     * @param text cut if it is longer than {@link #MAX_TEXT}
     * @return the evidence with it
     * @throws IllegalArgumentException if the name is empty or too long
     */
    public Evidence with(String name, String text) {
        var more = new TreeMap<>(texts);
        more.put(requireNonNull(name, "name"), requireNonNull(text, "text"));
        return new Evidence(numbers, more);
    }
}
