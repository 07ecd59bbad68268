package io.mlops4j.serving.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.Outcome;
import io.mlops4j.inference.OutcomeJoiner;
import io.mlops4j.model.Value;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Signals;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is held for or against a version, and what is not. */
final class RecorderTest {
    private static final Map<String, Value> ANSWER = Map.of();

    private final Recorder recorder = new Recorder(
            Guardrails.none().outcomes(0.1),
            Signals.none()
                    .outcomes(
                            OutcomeJoiner.within(Duration.ofDays(1), 10, Clock.systemUTC()),
                            (outputs, outcome) -> outcome.actual()));

    private static Outcome outcome(String id, double loss) {
        return new Outcome(id, loss, Instant.EPOCH);
    }

    @Test
    void outcome_ofARequestThatTheCandidateFailed_isNobodys() {
        recorder.turned("a");
        recorder.outcome(Arm.INCUMBENT, ANSWER, outcome("a", 1));
        recorder.outcome(Arm.INCUMBENT, ANSWER, outcome("b", 0));
        assertThat(recorder.report().incumbent()).isEqualTo(new Report.Count(0, 0, 1, 0));
    }

    @Test
    void pairedOutcome_comparesTheTwoAnswersOfOneIdOnce() {
        recorder.paired("a", Answer.of(1, ANSWER), Answer.of(1, ANSWER));
        recorder.pairedOutcome(ANSWER, outcome("b", 1));
        assertThat(recorder.report().tallies()).isEmpty();
        recorder.pairedOutcome(ANSWER, outcome("a", 1));
        recorder.pairedOutcome(ANSWER, outcome("a", 1));
        assertThat(recorder.report().tallies()).hasEntrySatisfying(Question.OUTCOMES, tally -> assertThat(tally.pairs())
                .isEqualTo(1));
    }

    @Test
    void outcomeThatCannotBeJudged_isPassedOver() {
        recorder.outcome(Arm.CANDIDATE, ANSWER, outcome("a", 7));
        assertThat(recorder.report().candidate()).isEqualTo(new Report.Count(0, 0, 0, 1));
        var throwing = new Recorder(
                Guardrails.none().outcomes(0.1),
                Signals.none()
                        .outcomes(
                                OutcomeJoiner.within(Duration.ofDays(1), 10, Clock.systemUTC()), (outputs, outcome) -> {
                                    throw new AssertionError("the host's mistake");
                                }));
        throwing.outcome(Arm.CANDIDATE, ANSWER, outcome("a", 1));
        assertThat(throwing.report().size()).isZero();
    }
}
