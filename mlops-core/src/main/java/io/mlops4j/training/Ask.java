package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A trigger asks for training.
 *
 * <p>Immutable.
 *
 * @param signal the trigger's name
 * @param reason why, for people
 * @param due which time of a schedule it is; empty for a trigger that asks as long as something is the case
 */
public record Ask(String signal, String reason, Optional<Instant> due) {
    /** Checks that all is there. */
    public Ask {
        requireNonNull(signal, "signal");
        requireNonNull(reason, "reason");
        requireNonNull(due, "due");
    }

    boolean sameAs(Ask other) {
        return signal.equals(other.signal) && due.equals(other.due);
    }
}
