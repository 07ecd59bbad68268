package io.mlops4j.store;

import static java.util.Objects.requireNonNull;

/**
 * A folder of keys: all keys that begin with some segments.
 *
 * <p>Immutable.
 *
 * @param value empty for all keys, or a key followed by {@code /}
 */
public record Prefix(String value) {
    private static final Prefix ALL = new Prefix("");

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if it is neither empty nor a key followed by {@code /}
     */
    public Prefix {
        requireNonNull(value, "value");
        if (!value.isEmpty()) {
            if (!value.endsWith("/")) {
                throw new IllegalArgumentException("Invalid prefix " + value + ": expected a / at the end");
            }
            Key.of(value.substring(0, value.length() - 1));
        }
    }

    /**
     * All keys of a store.
     *
     * @return the empty prefix
     */
    public static Prefix all() {
        return ALL;
    }

    /**
     * The keys below some segments.
     *
     * @param first the first segment, or several joined by {@code /}
     * @param more further segments
     * @return the prefix
     * @throws IllegalArgumentException if a segment breaks the grammar
     */
    public static Prefix of(String first, String... more) {
        return new Prefix(Key.of(first, more) + "/");
    }

    /**
     * A key in this folder.
     *
     * @param name one segment or several, joined by {@code /}
     * @return the key
     * @throws IllegalArgumentException if a segment breaks the grammar
     */
    public Key key(String name) {
        return new Key(value + name);
    }

    /**
     * Whether a key lies in this folder.
     *
     * @param key the key
     * @return true if the key begins with this prefix
     */
    public boolean contains(Key key) {
        return key.value().startsWith(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
