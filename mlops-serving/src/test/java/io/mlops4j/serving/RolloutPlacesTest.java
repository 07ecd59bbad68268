package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V2;
import static io.mlops4j.serving.RolloutFixture.ask;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Signals;
import io.mlops4j.serving.trial.Answer;
import io.mlops4j.serving.trial.Arm;
import io.mlops4j.serving.trial.Recorder;
import io.mlops4j.serving.trial.Report;
import io.mlops4j.serving.trial.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A request is in line from when a version was chosen for it, and whatever comes of it, it is not left there. */
@Timeout(60)
final class RolloutPlacesTest {
    private static final byte FIRST = 1;
    private static final byte SECOND = 2;
    private static final int REQUESTS = 40;

    private static final Ensemble ALONE = Ensemble.of(
            "alone",
            List.of(Step.model("only", RIDES).bind("x", Wire.request("x"))),
            Map.of("y", Wire.step("only", "y")));

    private final RolloutFixture fixture = new RolloutFixture();
    private final ModelServer server = fixture.replica(Signals.none(), builder -> builder.ensemble(ALONE));
    private final AtomicInteger asked = new AtomicInteger();
    private final RolloutRun run = server.rollout(
            RIDES,
            V2,
            Rollout.canary()
                    .steps(0.5)
                    .holding(Duration.ZERO)
                    .atLeast(1)
                    .guardedBy(Guardrails.none().errors(0.2)));

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Whether one who comes now is seen when he ends: it is if nobody is in line before. */
    private boolean isNextInLine() {
        Recorder recorder = ((Trial) run).recorder();
        Report before = recorder.report();
        recorder.ask(Arm.INCUMBENT).ended(Answer.recalled(Map.of()));
        return !recorder.report().equals(before);
    }

    private double evidence(String name) {
        return requireNonNull(run.decision().orElseThrow().evidence().numbers().get(name));
    }

    private static Runnable thrown(String how) {
        return () -> {
            switch (how) {
                case "fails" -> throw new InferenceException("told to fail", null);
                case "refuses" -> throw new RejectedInputException("told to refuse");
                case "is overloaded" -> throw new OverloadedException("told to be full", Duration.ZERO);
                case "is too late" -> throw new DeadlineExceededException("told to be late", null);
                case "breaks" -> throw new StackOverflowError("told to break");
                default -> {}
            }
        };
    }

    /** What both do, and how many of the candidate's requests are then its failures: all, or none. */
    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of("answers", "answers", 0),
                Arguments.of("answers", "fails", 1),
                Arguments.of("fails", "fails", 1),
                Arguments.of("answers", "refuses", 1),
                Arguments.of("refuses", "refuses", 0),
                Arguments.of("fails", "refuses", 0),
                Arguments.of("answers", "is overloaded", 0),
                Arguments.of("is overloaded", "is overloaded", 0),
                Arguments.of("answers", "is too late", 1),
                Arguments.of("is too late", "is too late", 1),
                Arguments.of("answers", "breaks", 1),
                Arguments.of("breaks", "breaks", 1));
    }

    private static Request request(int number) {
        return Request.of(FakeModel.REQUEST).key("user-" + number);
    }

    private void check(String first, String second, int failures, IntConsumer ask) {
        fixture.instead.put(FIRST, thrown(first));
        fixture.instead.put(SECOND, () -> {
            asked.incrementAndGet();
            thrown(second).run();
        });
        for (int i = 0; i < REQUESTS; i++) {
            int number = i;
            Throwable unused = catchThrowable(() -> ask.accept(number));
        }
        assertThat(asked).hasPositiveValue();
        assertThat(isNextInLine()).isTrue();
        run.tick();
        assertThat(evidence("candidate failures")).isEqualTo(failures * asked.get());
        assertThat(evidence("candidate requests"))
                .isEqualTo(second.equals("answers") ? asked.get() : failures * asked.get());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void predict_leavesNobodyInLine(String first, String second, int failures) {
        check(first, second, failures, number -> server.predict(RIDES, request(number)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void submit_leavesNobodyInLine(String first, String second, int failures) {
        check(first, second, failures, number -> server.submit(RIDES, request(number))
                .toCompletableFuture()
                .join());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void ensemble_leavesNobodyInLine(String first, String second, int failures) {
        check(first, second, failures, number -> server.predict(ALONE, request(number)));
    }

    @Test
    void candidateThatHasNotAnswered_holdsBackWhatWasAskedAfterIt() throws Exception {
        var entered = new CountDownLatch(1);
        var mayLeave = new CountDownLatch(1);
        fixture.instead.put(SECOND, () -> {
            fixture.instead.remove(SECOND);
            entered.countDown();
            assertThat(catchThrowable(mayLeave::await)).isNull();
        });
        List<CompletableFuture<Prediction>> first = new ArrayList<>();
        for (int i = 0; entered.getCount() > 0; i++) {
            int number = i;
            var asking = CompletableFuture.supplyAsync(() -> server.predict(RIDES, request(number)));
            first.add(asking);
            while (!asking.isDone() && entered.getCount() > 0) {
                Thread.onSpinWait();
            }
        }
        ask(server, 0, 1000);
        assertThat(isNextInLine()).isFalse();
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        mayLeave.countDown();
        assertThat(first).allSatisfy(asking -> assertThat(asking).succeedsWithin(Duration.ofSeconds(30)));
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        assertThat(server.leases(RIDES)).isZero();
    }
}
