package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V1;
import static io.mlops4j.serving.RolloutFixture.V2;
import static io.mlops4j.serving.RolloutFixture.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.inference.JoinResult;
import io.mlops4j.inference.Outcome;
import io.mlops4j.inference.OutcomeJoiner;
import io.mlops4j.model.Tensor;
import io.mlops4j.serving.rollout.AbTest;
import io.mlops4j.serving.rollout.Bandit;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Signals;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A/B tests, bandits and shadows, and the truth that arrives later. */
@Timeout(60)
final class RolloutKindsTest {
    private static final Guardrails ERRORS = Guardrails.none().errors(0.05);
    private static final Guardrails OUTCOMES = Guardrails.none().outcomes(0.05);
    private static final AbTest HOUR =
            Rollout.abTest().lasting(Duration.ofHours(1)).atLeast(50).guardedBy(ERRORS);

    private final RolloutFixture fixture = new RolloutFixture();
    private final OutcomeJoiner joiner = OutcomeJoiner.within(Duration.ofDays(1), 10_000, fixture.clock);

    /** A version answers with its number, and is right if that is what happened. */
    private final Signals signals = Signals.none()
            .outcomes(
                    joiner,
                    (outputs, outcome) ->
                            outputs.get("y") instanceof Tensor y && y.floats()[0] == (float) outcome.actual() ? 0 : 1);

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final ModelServer server =
            fixture.replica(signals, builder -> builder.observedBy(joiner).meters(meters));

    @AfterEach
    void close() {
        fixture.close();
    }

    private static Decision.Kind kind(RolloutRun run) {
        return run.decision().orElseThrow().kind();
    }

    private void happened(List<Prediction> answers, int actual) {
        for (Prediction answer : answers) {
            assertThat(joiner.report(new Outcome(answer.id(), actual, fixture.clock.instant())))
                    .isEqualTo(JoinResult.JOINED);
        }
    }

    private static double partOfSecond(List<Prediction> answers) {
        return answers.stream().filter(answer -> answer.version().equals(V2)).count() / (double) answers.size();
    }

    @Test
    void abTest_goodCandidate_isPromotedAtTheEndAndNotBefore() {
        RolloutRun run = server.rollout(RIDES, V2, HOUR.share(0.3));
        assertThat(partOfSecond(ask(server, 0, 3000))).isBetween(0.25, 0.35);
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        assertThat(kind(run)).isEqualTo(Decision.Kind.HOLD);
        fixture.clock.advance(Duration.ofHours(1));
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
    }

    @Test
    void abTest_thatLastsForEver_goesOn() {
        RolloutRun run = server.rollout(RIDES, V2, HOUR.lasting(ChronoUnit.FOREVER.getDuration()));
        ask(server, 0, 3000);
        fixture.clock.advance(Duration.ofDays(1));
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        assertThat(kind(run)).isEqualTo(Decision.Kind.HOLD);
    }

    @Test
    void abTest_asSoonAsShown_isPromotedBeforeTheEnd() {
        RolloutRun run = server.rollout(RIDES, V2, HOUR.asSoonAsShown());
        ask(server, 0, 2000);
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
    }

    @Test
    void abTest_undecidedAtTheEnd_isRolledBack() {
        RolloutRun run = server.rollout(RIDES, V2, HOUR);
        ask(server, 0, 150);
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        fixture.clock.advance(Duration.ofHours(1));
        assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
        assertThat(run.reason().orElseThrow()).contains("the time is over");
    }

    @Test
    void abTest_withoutData_goesOnPastTheEnd() {
        RolloutRun run = server.rollout(RIDES, V2, HOUR);
        fixture.clock.advance(Duration.ofDays(30));
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        assertThat(kind(run)).isEqualTo(Decision.Kind.NO_DATA);
        assertThat(run.share()).isEqualTo(0.5);
    }

    @Test
    void bandit_betterCandidate_getsAllButTheFloor() {
        Bandit bandit = Rollout.bandit()
                .rewardedBy(Bandit.Reward.OUTCOME)
                .floor(0.1)
                .atLeast(1_000_000)
                .guardedBy(OUTCOMES);
        RolloutRun run = server.rollout(RIDES, V2, bandit);
        assertThat(run.share()).isEqualTo(0.5);
        happened(oneOfEach(), 2);
        run.tick();
        // X ~ Beta(2, 1) and Y ~ Beta(1, 2): P(X > Y) = 5/6.
        assertThat(run.share()).isCloseTo(5 / 6.0, within(1e-3));
        happened(ask(server, 100, 300), 2);
        run.tick();
        assertThat(run.share()).isEqualTo(0.9);
        assertThat(partOfSecond(ask(server, 300, 1300))).isBetween(0.86, 0.94);
    }

    private List<Prediction> oneOfEach() {
        List<Prediction> answers = ask(server, 0, 100);
        return Stream.of(V1, V2)
                .map(version -> answers.stream()
                        .filter(answer -> answer.version().equals(version))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    @Test
    void bandit_worseCandidate_fallsToTheFloorAndNoFurther() {
        Bandit bandit =
                Rollout.bandit().rewardedBy(Bandit.Reward.OUTCOME).floor(0.1).guardedBy(ERRORS.alpha(1e-9));
        RolloutRun run = server.rollout(RIDES, V2, bandit);
        happened(ask(server, 0, 300), 1);
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        assertThat(run.share()).isEqualTo(0.1);
        assertThat(partOfSecond(ask(server, 300, 1300))).isBetween(0.07, 0.14);
    }

    @Test
    void bandit_guardrailShowsWorse_isRolledBackWhateverTheReward() {
        fixture.secondFails.set(true);
        Bandit bandit = Rollout.bandit().rewardedBy(Bandit.Reward.OUTCOME).guardedBy(ERRORS);
        RolloutRun run = server.rollout(RIDES, V2, bandit);
        ask(server, 0, 500);
        assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
    }

    @Test
    void outcomes_thatComeLaterAndInAnyOrder_decide() {
        RolloutRun run = server.rollout(RIDES, V2, HOUR.guardedBy(OUTCOMES).share(0.2));
        List<Prediction> answers = new ArrayList<>(ask(server, 0, 1000));
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        assertThat(kind(run)).isEqualTo(Decision.Kind.NO_DATA);
        assertThat(run.decision().orElseThrow().reason()).isEqualTo("no data on outcomes");
        fixture.clock.advance(Duration.ofHours(20));
        Collections.reverse(answers);
        happened(answers, 1);
        assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
        assertThat(run.reason().orElseThrow()).contains("outcomes");
    }

    @Test
    void outcomes_ofAShadow_areSetAgainstBothAnswersToTheSameRequest() {
        RolloutRun run = server.rollout(
                RIDES, V2, Rollout.shadow().cores(1).queue(1000).atLeast(400).guardedBy(OUTCOMES));
        List<Prediction> answers = ask(server, 0, 400);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.version()).isEqualTo(V1));
        waitForCopies(run, 400);
        happened(answers, 2);
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        assertThat(run.decision().orElseThrow().evidence().numbers())
                .containsEntry("outcomes pairs", 400.0)
                .containsEntry("outcomes mean difference", 1.0);
    }

    /** The shadow computes on a thread of its own. */
    private void waitForCopies(RolloutRun run, int copies) {
        var compared =
                meters.get(RolloutMeters.COPIES).tag("result", "compared").counter();
        while (compared.count() < copies) {
            assertThat(run.dropped()).isZero();
            Thread.onSpinWait();
        }
    }
}
