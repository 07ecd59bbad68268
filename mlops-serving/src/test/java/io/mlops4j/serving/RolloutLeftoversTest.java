package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V2;
import static io.mlops4j.serving.RolloutFixture.ask;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.inference.JoinResult;
import io.mlops4j.inference.Outcome;
import io.mlops4j.inference.OutcomeJoiner;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Signals;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is held when a rollout, or the server, is over. */
@Timeout(5)
final class RolloutLeftoversTest {
    private static final Rollout ERRORS =
            Rollout.abTest().guardedBy(Guardrails.none().errors(0.05));

    private final RolloutFixture fixture = new RolloutFixture();
    private final OutcomeJoiner joiner = OutcomeJoiner.within(Duration.ofDays(1), 1_000, fixture.clock);
    private final AtomicInteger judged = new AtomicInteger();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ModelServer server = fixture.replica(
            Signals.none().outcomes(joiner, (outputs, outcome) -> judged.incrementAndGet()),
            builder -> builder.observedBy(joiner).meters(meters));

    @AfterEach
    void close() {
        fixture.close();
    }

    private void happened(List<Prediction> answers) {
        assertThat(answers)
                .allSatisfy(answer -> assertThat(joiner.report(new Outcome(answer.id(), 1, fixture.clock.instant())))
                        .isEqualTo(JoinResult.JOINED));
    }

    private static void assertThatIsFree(WeakReference<LoadedModel> model) {
        for (int i = 0; i < 50 && model.get() != null; i++) {
            System.gc();
        }
        assertThat(model.get()).isNull();
    }

    @Test
    void rolloutThatIsOver_holdsNoModelAndItsHandleStillTells() {
        fixture.secondFails.set(true);
        RolloutRun run = server.rollout(RIDES, V2, ERRORS);
        var candidate = requireNonNull(fixture.models.get((byte) 2));
        assertThat(meters.get(RolloutMeters.RUNNING).gauge().value()).isEqualTo(1);
        ask(server, 0, 500);
        assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
        assertThatIsFree(candidate);
        assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
        assertThat(run.candidate()).isEqualTo(V2);
        assertThat(run.dropped()).isZero();
        assertThat(run.reason()).isPresent();
        assertThat(meters.get(RolloutMeters.RUNNING).gauge().value()).isZero();
        fixture.secondFails.set(false);
        assertThat(server.rollout(RIDES, V2, ERRORS).id()).isNotEqualTo(run.id());
    }

    @Test
    void rolloutThatWasAborted_holdsNoModel() {
        RolloutRun run = server.rollout(RIDES, V2, ERRORS);
        var candidate = requireNonNull(fixture.models.get((byte) 2));
        run.abort("not today", "ana");
        assertThatIsFree(candidate);
        assertThat(run.state()).isEqualTo(RolloutState.ABORTED);
    }

    @Test
    void closedServer_hearsNoOutcome() {
        server.rollout(RIDES, V2, ERRORS);
        List<Prediction> answers = ask(server, 0, 40);
        happened(answers.subList(0, 20));
        int before = judged.get();
        assertThat(before).isEqualTo(20);
        server.close();
        happened(answers.subList(20, 40));
        assertThat(judged).hasValue(before);
    }
}
