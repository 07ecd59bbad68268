package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One move of a {@link StateMachine}, made or refused.
 *
 * <p>Immutable.
 *
 * @param <S> the states
 * @param from where the machine was
 * @param requested where it was to go
 * @param reached where it is now: {@code requested}, or the failure state, or {@code from} if it may not move
 * @param refusal which guard objected and why; empty if the requested state was reached
 */
public record Transition<S extends Enum<S>>(S from, S requested, S reached, Optional<Refusal> refusal) {
    /** Checks that all is there. */
    public Transition {
        requireNonNull(from, "from");
        requireNonNull(requested, "requested");
        requireNonNull(reached, "reached");
        requireNonNull(refusal, "refusal");
    }

    /**
     * A guard that objected.
     *
     * <p>Immutable.
     *
     * @param guard the guard's name
     * @param reason why it objected
     */
    public record Refusal(String guard, String reason) {
        /** Checks that both are there. */
        public Refusal {
            requireNonNull(guard, "guard");
            requireNonNull(reason, "reason");
        }
    }
}
