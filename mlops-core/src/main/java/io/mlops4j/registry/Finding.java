package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

/**
 * Whether a version meets one requirement, and what was seen.
 *
 * <p>Immutable.
 *
 * @param requirement what was demanded
 * @param outcome met or unmet
 * @param seen what the version shows for it, for people
 */
public record Finding(Requirement requirement, Outcome outcome, String seen) {
    /** Met or not. */
    public enum Outcome {
        /** The requirement is met. */
        MET,
        /** It stands in the way of a promotion. */
        UNMET
    }

    /** Checks that nothing is null. */
    public Finding {
        requireNonNull(requirement, "requirement");
        requireNonNull(outcome, "outcome");
        requireNonNull(seen, "seen");
    }

    static Finding of(Requirement requirement, boolean met, String seen) {
        return new Finding(requirement, met ? Outcome.MET : Outcome.UNMET, seen);
    }

    /**
     * A requirement that is not met.
     *
     * @param requirement the requirement
     * @param seen what was seen instead
     * @return a finding
     */
    public static Finding unmet(Requirement requirement, String seen) {
        return of(requirement, false, seen);
    }

    /**
     * A requirement that is met.
     *
     * @param requirement the requirement
     * @param seen what was seen
     * @return a finding
     */
    public static Finding met(Requirement requirement, String seen) {
        return of(requirement, true, seen);
    }

    /**
     * Whether it is met.
     *
     * @return true if so
     */
    public boolean isMet() {
        return outcome == Outcome.MET;
    }

    /** Says what was seen and what was expected. */
    @Override
    public String toString() {
        return (isMet() ? "met: " : "unmet: ") + requirement.expectation() + " (seen: " + seen + ")";
    }
}
