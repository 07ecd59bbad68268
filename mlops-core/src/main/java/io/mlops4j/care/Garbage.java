package io.mlops4j.care;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Digest;
import java.time.Instant;

/**
 * A blob that no log refers to, and what became of it.
 *
 * <p>Immutable.
 *
 * @param digest names the blob
 * @param size in bytes, 0 or more
 * @param fate what was done, or would be done, with it
 * @param due when it may be deleted, if nobody refers to it until then
 */
public record Garbage(Digest digest, long size, Fate fate, Instant due) {
    /** What becomes of garbage. */
    public enum Fate {
        /** It was found for the first time; its grace period begins. */
        MARKED,
        /** Its grace period goes on. */
        WAITING,
        /** It is deleted. */
        DELETED,
        /** A writer has stored the same content again meanwhile; it is let be. */
        SPARED,
        /** Another collector is at it, or died at it; it is left to a later collection. */
        LEFT
    }

    /** Checks that nothing is null. */
    public Garbage {
        requireNonNull(digest, "digest");
        requireNonNull(fate, "fate");
        requireNonNull(due, "due");
    }
}
