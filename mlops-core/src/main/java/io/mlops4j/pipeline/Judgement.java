package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import java.time.Instant;

/**
 * What one gate said in one run.
 *
 * <p>Immutable.
 *
 * @param stage CI_RUNNING or STAGING_EVAL
 * @param gate the gate's name
 * @param kind pass, fail or inconclusive
 * @param reason why, for people
 * @param samplesNeeded how many more samples would settle it; 0 unless inconclusive
 * @param evidence what was measured
 * @param at when it was said
 */
public record Judgement(
        PipelineState stage,
        String gate,
        Verdict.Kind kind,
        String reason,
        long samplesNeeded,
        Evidence evidence,
        Instant at) {
    /** Checks that all is there. */
    public Judgement {
        requireNonNull(stage, "stage");
        requireNonNull(gate, "gate");
        requireNonNull(kind, "kind");
        requireNonNull(reason, "reason");
        requireNonNull(evidence, "evidence");
        requireNonNull(at, "at");
    }

    static Judgement of(PipelineState stage, String gate, Verdict verdict, Instant at) {
        return new Judgement(
                stage, gate, verdict.kind(), verdict.reason(), verdict.samplesNeeded(), verdict.evidence(), at);
    }

    boolean sameQuestion(Judgement other) {
        return stage == other.stage && gate.equals(other.gate);
    }

    /**
     * The verdict as the gate gave it.
     *
     * @return an equal verdict
     */
    public Verdict verdict() {
        return switch (kind) {
            case PASS -> new Verdict.Pass(reason, evidence);
            case FAIL -> new Verdict.Fail(reason, evidence);
            case INCONCLUSIVE -> new Verdict.Inconclusive(samplesNeeded, reason, evidence);
        };
    }
}
