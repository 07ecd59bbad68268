package io.mlops4j.serving.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * One thing that was decided in a rollout, by its rules or by somebody, as the journal that all replicas share holds it.
 *
 * <p>Immutable.
 *
 * @param at when
 * @param state where the rollout stood after it
 * @param share the candidate's share of the keys after it, 0 to 1
 * @param reason why
 * @param actor who; {@code rollout} for what the rules decided
 * @param decision with its evidence; empty for what somebody did, and for an end that was not a matter of evidence
 */
public record RolloutEntry(
        Instant at, RolloutState state, double share, String reason, String actor, Optional<Decision> decision) {
    /** Checks that all is there. */
    public RolloutEntry {
        requireNonNull(at, "at");
        requireNonNull(state, "state");
        requireNonNull(reason, "reason");
        requireNonNull(actor, "actor");
        requireNonNull(decision, "decision");
    }
}
