package io.mlops4j.serving.rollout;

import static java.util.Objects.requireNonNull;

import io.mlops4j.gate.Evidence;
import java.time.Instant;

/**
 * What the data says of a rollout at a moment, and what that rests on.
 *
 * <p>Immutable.
 *
 * @param kind the verdict
 * @param reason why, for people
 * @param evidence for each guardrail the number of pairs, the mean difference (positive if the candidate is better), the
 *     margin and both e-values, as natural logarithms; the samples of both versions; the threshold ln 1/α
 * @param at when it was reached
 */
public record Decision(Kind kind, String reason, Evidence evidence, Instant at) {
    /** What may be said of a candidate. */
    public enum Kind {
        /** Every guardrail has shown it to be no worse. */
        PROMOTE,
        /** The data does not tell yet. */
        HOLD,
        /** It was shown to be worse, or its time is over. */
        ROLL_BACK,
        /** A guardrail has nothing to go by. It neither fails nor advances. */
        NO_DATA
    }

    /** Checks that all is there. */
    public Decision {
        requireNonNull(kind, "kind");
        requireNonNull(reason, "reason");
        requireNonNull(evidence, "evidence");
        requireNonNull(at, "at");
    }
}
