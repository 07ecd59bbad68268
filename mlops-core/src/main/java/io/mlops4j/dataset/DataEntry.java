package io.mlops4j.dataset;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Something that a {@link DataSource} holds, as it was when it was listed.
 *
 * <p>Immutable.
 *
 * @param name its name in the source, segments joined by {@code /}; text from outside, which may hold anything
 * @param size in bytes
 * @param changed when it was written last
 * @param version text that is another when the content is another, as far as the source can tell
 */
public record DataEntry(String name, long size, Instant changed, String version) {
    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if the name is empty or the size negative
     */
    public DataEntry {
        requireNonNull(changed, "changed");
        requireNonNull(version, "version");
        if (requireNonNull(name, "name").isEmpty() || size < 0) {
            throw new IllegalArgumentException(
                    "Invalid data entry of " + size + " bytes: expected a name, and a size of 0 or more");
        }
    }
}
