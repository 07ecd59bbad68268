package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V1;
import static io.mlops4j.serving.RolloutFixture.V2;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.serving.rollout.Canary;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Signals;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A rollout chooses one version for all of an answer. */
@Timeout(60)
final class EnsembleRolloutTest {
    private static final Canary HALF = Rollout.canary()
            .steps(0.5)
            .holding(Duration.ofMinutes(1))
            .atLeast(50)
            .guardedBy(Guardrails.none().errors(0.05));

    @Test
    void predict_duringARollout_asksTheChosenVersionInEveryStep() {
        Ensemble twice = twice(new AtomicBoolean(), new AtomicBoolean());
        try (var fixture = new RolloutFixture()) {
            ModelServer server = fixture.replica(Signals.none(), builder -> builder.ensemble(twice));
            server.rollout(RIDES, V2, HALF);
            int byCandidate = 0;
            for (int i = 0; i < 400; i++) {
                String key = "user-" + i;
                EnsemblePrediction answer = ask(server, twice, key, i);
                int number = requireNonNull(answer.versions().get(RIDES)).number();
                assertThat(number)
                        .isEqualTo(RolloutFixture.ask(server, key).version().number());
                assertThat(answer.tensor("first").floats()).containsExactly(number);
                assertThat(answer.tensor("second").floats()).containsExactly(number);
                byCandidate += number - 1;
            }
            assertThat(byCandidate).isBetween(140, 260);
            assertThat(server.leases(RIDES)).isZero();
        }
    }

    @Test
    void predict_candidateFailsInTheSecondStep_allIsAnsweredByTheIncumbent() {
        try (var fixture = new RolloutFixture()) {
            var armed = new AtomicBoolean();
            Ensemble twice = twice(armed, fixture.secondFails);
            ModelServer server = fixture.replica(Signals.none(), builder -> builder.ensemble(twice));
            RolloutRun run = server.rollout(RIDES, V2, HALF);
            armed.set(true);
            for (int i = 0; i < 400; i++) {
                fixture.secondFails.set(false);
                EnsemblePrediction answer = ask(server, twice, "user-" + i, i);
                assertThat(answer.versions()).containsEntry(RIDES, V1);
                assertThat(answer.tensor("first").floats()).containsExactly(1);
                assertThat(answer.tensor("second").floats()).containsExactly(1);
            }
            assertThat(fixture.threadsOfSecond).as("the candidate was asked").isNotEmpty();
            assertThat(server.leases(RIDES)).isZero();
            assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
        }
    }

    @Test
    void predict_bothVersionsFail_tellsOfBoth() {
        var attempts = new AtomicInteger();
        Ensemble failing = Ensemble.of(
                "failing",
                List.of(
                        Step.model("first", RIDES).bind("x", Wire.request("x")),
                        Step.function(
                                        "then",
                                        in -> {
                                            throw new InferenceException("attempt " + attempts.incrementAndGet(), null);
                                        },
                                        "y")
                                .bind("y", Wire.step("first", "y"))),
                Map.of("y", Wire.step("then", "y")));
        try (var fixture = new RolloutFixture()) {
            ModelServer server = fixture.replica(Signals.none(), builder -> builder.ensemble(failing));
            server.rollout(RIDES, V2, HALF);
            int twice = 0;
            for (int i = 0; i < 40; i++) {
                int before = attempts.get();
                int turn = i;
                Throwable failure =
                        Causes.of(requireNonNull(catchThrowable(() -> ask(server, failing, "user-" + turn, turn))));
                assertThat(failure).hasMessageContaining("attempt " + attempts.get());
                if (attempts.get() - before == 2) {
                    twice++;
                    assertThat(failure.getSuppressed())
                            .singleElement()
                            .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
                            .hasMessageContaining("attempt " + (before + 1));
                } else {
                    assertThat(failure.getSuppressed()).isEmpty();
                }
            }
            assertThat(twice)
                    .as("of 40, half of them asked the candidate first")
                    .isBetween(8, 32);
            assertThat(server.leases(RIDES)).isZero();
        }
    }

    /** By turns waiting for the answer, and not. */
    private static EnsemblePrediction ask(ModelServer server, Ensemble ensemble, String key, int turn) {
        Request request = Request.of(FakeModel.REQUEST).key(key);
        return turn % 2 == 0
                ? server.predict(ensemble, request)
                : server.submit(ensemble, request).toCompletableFuture().join();
    }

    /** The same model twice; in between the second version begins to fail, if that is armed. */
    private static Ensemble twice(AtomicBoolean armed, AtomicBoolean fails) {
        return Ensemble.of(
                "twice",
                List.of(
                        Step.model("first", RIDES).bind("x", Wire.request("x")),
                        Step.function(
                                        "between",
                                        in -> {
                                            fails.set(armed.get());
                                            return in;
                                        },
                                        "y")
                                .bind("y", Wire.step("first", "y")),
                        Step.model("second", RIDES).bind("x", Wire.step("between", "y"))),
                Map.of("first", Wire.step("first", "y"), "second", Wire.step("second", "y")));
    }
}
