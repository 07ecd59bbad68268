package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import java.text.Normalizer;
import java.time.Instant;
import java.util.Locale;

/**
 * A word that stands: what one person said last, in one role, to the promotion of a version.
 *
 * <p>Immutable.
 *
 * @param role such as {@code risk}
 * @param actor who said it
 * @param kind {@link Vote.Kind#APPROVED} or {@link Vote.Kind#REJECTED}
 * @param reason why
 * @param time when
 */
public record Approval(String role, String actor, Vote.Kind kind, String reason, Instant time) {
    /** Checks that nothing is null. */
    public Approval {
        requireNonNull(role, "role");
        requireNonNull(actor, "actor");
        requireNonNull(kind, "kind");
        requireNonNull(reason, "reason");
        requireNonNull(time, "time");
    }

    /** Whether this is the word of a person in a role. */
    boolean isOf(String otherRole, String otherActor) {
        return role.equals(otherRole) && samePerson(actor, otherActor);
    }

    /**
     * Whether two actors are one person. Case, surrounding space and the many ways to write one character do not make
     * two persons of one.
     */
    static boolean samePerson(String one, String other) {
        return person(one).equals(person(other));
    }

    private static String person(String actor) {
        return Normalizer.normalize(actor, Normalizer.Form.NFKC).strip().toLowerCase(Locale.ROOT);
    }
}
