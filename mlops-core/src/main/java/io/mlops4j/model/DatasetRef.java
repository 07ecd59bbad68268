package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Names;

/**
 * Names the exact data that something was made from.
 *
 * <p>Immutable.
 *
 * @param name what the data is called, in the grammar of model names
 * @param digest the SHA-256 of its content
 * @param rows how many rows it holds, zero or more
 */
public record DatasetRef(String name, Digest digest, long rows) {
    /**
     * Checks the name and the count.
     *
     * @throws IllegalArgumentException if the name breaks the grammar or the count is negative
     */
    public DatasetRef {
        Names.check("dataset name", requireNonNull(name, "name"));
        requireNonNull(digest, "digest");
        if (rows < 0) {
            throw new IllegalArgumentException("Invalid row count " + rows + " of dataset " + name + ": is negative");
        }
    }
}
