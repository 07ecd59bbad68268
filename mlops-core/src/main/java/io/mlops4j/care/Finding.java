package io.mlops4j.care;

import static java.util.Objects.requireNonNull;

import io.mlops4j.store.Key;
import java.util.List;

/**
 * Something in a store that is not as it should be.
 *
 * <p>Immutable.
 *
 * @param kind what is wrong
 * @param key the object, which may be missing
 * @param expected what should be there, in words
 * @param found what is there, in words
 * @param referrers who relies on it: versions, runs, or commits of other logs; at most {@value #MAX_REFERRERS}; copied
 */
public record Finding(Kind kind, Key key, String expected, String found, List<String> referrers) {
    /** The most referrers that one finding names. */
    public static final int MAX_REFERRERS = 20;

    /** What can be wrong. */
    public enum Kind {
        /** A blob's bytes are not what its digest names. {@link Care#quarantine} puts it aside. */
        CORRUPT_BLOB,
        /** A version or a run refers to a blob that is not there. Publishing the same file again heals it. */
        MISSING_BLOB,
        /** A version or a run says another size than the blob has. */
        WRONG_SIZE,
        /** A commit cannot be parsed or does not match its checksum. */
        CORRUPT_COMMIT,
        /** A commit does not continue the chain of those before it: one of them was changed. */
        BROKEN_CHAIN,
        /** Commits are missing before a later one. */
        MISSING_COMMIT,
        /** An object is there and cannot be read. */
        UNREADABLE,
        /** A checkpoint is broken or is of another log. It is passed over, so nothing is lost but time. */
        BROKEN_CHECKPOINT,
        /** A key belongs to no room of this library. It may be somebody's own, and is left alone. */
        FOREIGN_KEY;

        /**
         * Whether something is lost or in danger.
         *
         * @return false for what can be lived with
         */
        public boolean isDamage() {
            return this != BROKEN_CHECKPOINT && this != FOREIGN_KEY;
        }
    }

    /** Copies the referrers. */
    public Finding {
        requireNonNull(kind, "kind");
        requireNonNull(key, "key");
        requireNonNull(expected, "expected");
        requireNonNull(found, "found");
        referrers = List.copyOf(referrers);
    }

    static Finding of(Kind kind, Key key, String expected, String found) {
        return new Finding(kind, key, expected, found, List.of());
    }

    /** One line for people. */
    @Override
    public String toString() {
        return kind + " " + key + ": expected " + expected + ", found " + found
                + (referrers.isEmpty() ? "" : "; needed by " + String.join(", ", referrers));
    }
}
