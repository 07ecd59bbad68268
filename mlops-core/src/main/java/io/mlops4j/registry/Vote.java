package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Labels;

/**
 * What a person says, in a role, to the promotion of a version. The latest word of a person in a role stands. Who may
 * speak in which role is for the host to check; the registry counts, and keeps who said what.
 *
 * <p>Immutable.
 *
 * @param role such as {@code risk}; in the grammar of keys
 * @param kind yes, no, or nothing after all
 */
public record Vote(String role, Kind kind) implements Edit {
    /** What is said. */
    public enum Kind {
        /** Yes. */
        APPROVED,
        /** No: while it stands, no number of approvals in this role suffices. */
        REJECTED,
        /** What this person said in this role before is taken back. */
        REVOKED
    }

    /**
     * Checks the role.
     *
     * @throws IllegalArgumentException if it breaks the grammar
     */
    public Vote {
        Labels.key("role", requireNonNull(role, "role"));
        requireNonNull(kind, "kind");
    }
}
