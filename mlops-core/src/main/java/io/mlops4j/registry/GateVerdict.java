package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.gate.Verdict;
import java.time.Instant;

/**
 * What a gate said last of a version.
 *
 * <p>Immutable.
 *
 * @param gate the gate's name
 * @param verdict what it said, with its evidence
 * @param actor who or what recorded it
 * @param time when it was recorded
 */
public record GateVerdict(String gate, Verdict verdict, String actor, Instant time) {
    /** Checks that nothing is null. */
    public GateVerdict {
        requireNonNull(gate, "gate");
        requireNonNull(verdict, "verdict");
        requireNonNull(actor, "actor");
        requireNonNull(time, "time");
    }
}
