package io.mlops4j.store;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Names;
import io.mlops4j.internal.Text;

/**
 * The key of a stored object: segments joined by {@code /}, each a name in the one grammar
 * ({@code [A-Za-z0-9][A-Za-z0-9._-]*}), so that a key is a safe path and a safe URL part on every store.
 *
 * <p>Immutable. Keys order by their characters, which are ASCII; every store lists in that order.
 *
 * @param value at most 512 characters
 */
public record Key(String value) implements Comparable<Key> {
    /** The longest key, in characters. */
    public static final int MAX_LENGTH = 512;

    /**
     * Checks every segment.
     *
     * @throws IllegalArgumentException if a segment breaks the grammar or the key is too long
     */
    public Key {
        requireNonNull(value, "value");
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("Invalid key " + Text.quote(value) + ": expected at most " + MAX_LENGTH
                    + " characters, got " + value.length());
        }
        for (String segment : value.split("/", -1)) {
            Names.check("key segment", segment);
        }
    }

    /**
     * Makes a key of segments.
     *
     * @param first the first segment, or several joined by {@code /}
     * @param more further segments
     * @return the key
     * @throws IllegalArgumentException if a segment breaks the grammar
     */
    public static Key of(String first, String... more) {
        return new Key(more.length == 0 ? first : first + "/" + String.join("/", more));
    }

    @Override
    public int compareTo(Key other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
