package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Alias;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.Optional;

/**
 * That an alias was moved: from where, to where, why, by whom and when.
 *
 * <p>Immutable.
 *
 * @param alias the alias
 * @param kind whether it was set, rolled back or removed
 * @param from where it pointed before, or empty if nowhere
 * @param to where it points since, or empty if it was removed
 * @param reason why, in words
 * @param actor who or what moved it
 * @param time when, by the clock of the process that moved it
 * @param commit the number of the commit that holds the move; greater for later moves, whatever the clocks said
 */
public record AliasMove(
        Alias alias,
        Kind kind,
        Optional<VersionId> from,
        Optional<VersionId> to,
        String reason,
        String actor,
        Instant time,
        long commit) {
    /** What was done to an alias. */
    public enum Kind {
        /** It was pointed at a version. */
        SET,
        /** The move before was undone: it points at what it pointed at earlier. */
        ROLLED_BACK,
        /** It was taken away and points nowhere. */
        REMOVED
    }

    /** Checks that nothing is null. */
    public AliasMove {
        requireNonNull(alias, "alias");
        requireNonNull(kind, "kind");
        requireNonNull(from, "from");
        requireNonNull(to, "to");
        requireNonNull(reason, "reason");
        requireNonNull(actor, "actor");
        requireNonNull(time, "time");
    }
}
