package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Names;

/**
 * One file of a model version: its name in the version, and the identity of its bytes.
 *
 * <p>Immutable.
 *
 * @param name a file name without folders, such as {@code model.onnx}, in the grammar of model names
 * @param digest the SHA-256 of its bytes
 * @param size its length in bytes, zero or more
 */
public record Artifact(String name, Digest digest, long size) {
    /**
     * Checks the name and the size.
     *
     * @throws IllegalArgumentException if the name breaks the grammar or the size is negative
     */
    public Artifact {
        Names.check("artifact name", requireNonNull(name, "name"));
        requireNonNull(digest, "digest");
        if (size < 0) {
            throw new IllegalArgumentException("Invalid size " + size + " of artifact " + name + ": is negative");
        }
    }
}
