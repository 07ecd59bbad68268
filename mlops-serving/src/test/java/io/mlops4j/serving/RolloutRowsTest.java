package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V1;
import static io.mlops4j.serving.RolloutFixture.V2;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Signals;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who scores a row names nothing, so versions may name their input and output as they like, during a rollout too. */
@Timeout(60)
final class RolloutRowsTest {
    private static final byte FIRST = 1;
    private static final byte SECOND = 2;
    private static final float[] ROW = {3, 4};
    private static final Guardrails ERRORS = Guardrails.none().errors(0.05);
    private static final Rollout HALF =
            Rollout.canary().steps(0.5).holding(Duration.ZERO).atLeast(50).guardedBy(ERRORS);

    private final RolloutFixture fixture = new RolloutFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Answers with a number, as often as is said, whatever was declared. */
    private record RowModel(Signature signature, float answer, String output, int numbers)
            implements LoadedModel, RowScorer {
        static RowModel of(float answer, String input, int features, String output, int outputs) {
            return new RowModel(
                    new Signature(
                            List.of(TensorSpec.of(input, ElementType.FLOAT32, Shape.DYNAMIC, features)),
                            List.of(TensorSpec.of(output, ElementType.FLOAT32, Shape.DYNAMIC, outputs))),
                    answer,
                    output,
                    outputs);
        }

        RowModel giving(String name, int count) {
            return new RowModel(signature, answer, name, count);
        }

        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            TensorSpec input = (TensorSpec) signature.inputs().get(0);
            if (inputs.size() != 1
                    || !(inputs.get(input.name()) instanceof Tensor row)
                    || !input.shape().accepts(row.shape())) {
                throw new RejectedInputException("told " + inputs.keySet() + ", expected " + input);
            }
            float[] all = new float[numbers];
            Arrays.fill(all, answer);
            return Map.of(output, Tensor.ofFloats(all, 1, numbers));
        }

        @Override
        public Optional<RowScorer> rowScorer() {
            return RowForm.of(signature).map(form -> this);
        }

        @Override
        public int features() {
            return RowForm.of(signature).orElseThrow().features();
        }

        @Override
        public int outputs() {
            return RowForm.of(signature).orElseThrow().outputs();
        }

        @Override
        public void score(float[] row, float[] out) {
            if (row.length != features()) {
                throw new RejectedInputException("told " + row.length + " numbers, expected " + features());
            }
            Arrays.fill(out, 0, outputs(), answer);
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }

    private static RowModel first() {
        return RowModel.of(1, "x", 2, "y", 1);
    }

    private static RowModel renamed() {
        return RowModel.of(2, "ride", 2, "minutes", 1);
    }

    /** The ways of a row: with nobody around it, and with an interceptor that does nothing. */
    enum Way {
        PLAIN,
        WRAPPED;

        ModelServer serve(RolloutFixture fixture) {
            UnaryOperator<ModelServerBuilder> more =
                    this == PLAIN ? builder -> builder : builder -> builder.interceptedBy(new Interceptor() {});
            return fixture.replica(Signals.none(), more);
        }
    }

    static Stream<LoadedModel> others() {
        return Stream.of(renamed(), RowModel.of(2, "ride", 2, "y", 1), RowModel.of(2, "x", 2, "minutes", 1));
    }

    static Stream<Arguments> fitting() {
        return Stream.of(Way.values()).flatMap(way -> others().map(second -> Arguments.of(way, second)));
    }

    @ParameterizedTest
    @MethodSource("fitting")
    void candidateOfOtherNames_answersAndIsPromoted(Way way, LoadedModel second) {
        fixture.others.putAll(Map.of(FIRST, first(), SECOND, second));
        ModelServer server = way.serve(fixture);
        RolloutRun run = server.rollout(RIDES, V2, HALF);
        int bySecond = 0;
        for (int i = 0; i < 500; i++) {
            bySecond += server.score(RIDES, ROW) == 2 ? 1 : 0;
        }
        assertThat(bySecond).isBetween(150, 350);
        float[] out = new float[1];
        server.score(RIDES, ROW, out);
        assertThat(out[0]).isIn(1f, 2f);
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        assertThat(run.decision().orElseThrow().evidence().numbers()).containsEntry("candidate failures", 0.0);
        assertThat(server.score(RIDES, ROW)).isEqualTo(2);
        assertThat(server.leases(RIDES)).isZero();
    }

    static Stream<Arguments> unfitting() {
        return Stream.of(Way.values()).flatMap(way -> Stream.of(
                        RowModel.of(2, "x", 2, "y", 0),
                        RowModel.of(2, "x", 2, "y", 2),
                        RowModel.of(2, "x", 3, "y", 1),
                        renamed().giving("hours", 1),
                        renamed().giving("minutes", 0),
                        renamed().giving("minutes", 3))
                .map(second -> Arguments.of(way, second)));
    }

    @ParameterizedTest
    @MethodSource("unfitting")
    void candidateThatDoesNotFit_fails_andTheIncumbentAnswers(Way way, LoadedModel second) {
        fixture.others.putAll(Map.of(FIRST, first(), SECOND, second));
        ModelServer server = way.serve(fixture);
        RolloutRun run = server.rollout(RIDES, V2, HALF);
        for (int i = 0; i < 500; i++) {
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
        }
        assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
        Map<String, Double> numbers = run.decision().orElseThrow().evidence().numbers();
        assertThat(requireNonNull(numbers.get("candidate failures")))
                .isPositive()
                .isEqualTo(numbers.get("candidate requests"));
        assertThat(numbers).containsEntry("incumbent failures", 0.0);
        assertThat(server.leases(RIDES)).isZero();
    }

    @ParameterizedTest
    @MethodSource("fitting")
    void shadowOfOtherNames_isAskedByItsOwn(Way way, LoadedModel second) {
        fixture.others.putAll(Map.of(FIRST, first(), SECOND, second));
        ModelServer server = way.serve(fixture);
        RolloutRun run = server.rollout(
                RIDES, V2, Rollout.shadow().cores(1).queue(1000).atLeast(100).guardedBy(ERRORS));
        for (int i = 0; i < 300; i++) {
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
        }
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (run.tick() == RolloutState.RUNNING && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(run.state()).isEqualTo(RolloutState.PROMOTED);
    }

    @Test
    void rowThatDoesNotFit_isRefusedAsWithoutARollout() {
        fixture.others.putAll(Map.of(FIRST, first(), SECOND, renamed()));
        ModelServer server = Way.PLAIN.serve(fixture);
        RolloutRun run = server.rollout(RIDES, V2, HALF);
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> server.score(RIDES, new float[3])).isInstanceOf(RejectedInputException.class);
        }
        run.tick();
        assertThat(run.decision().orElseThrow().evidence().numbers()).containsEntry("candidate requests", 0.0);
        assertThat(server.leases(RIDES)).isZero();
    }

    /** An interceptor may swap models, so what answers is not always what the row was asked of. */
    @ParameterizedTest
    @MethodSource("others")
    void swapOnTheWay_isAnsweredByWhatServesThen(LoadedModel second) {
        ModelServer[] server = new ModelServer[1];
        Interceptor swap = new Interceptor() {
            @Override
            public Request before(ModelName model, Request request) {
                server[0].swap(RIDES, OnnxModels.verified("rides:2", new byte[] {2}));
                return request;
            }
        };
        try (ModelServer made = ModelServer.builder()
                .warmUp(WarmUp.none())
                .runtime(FakeModel.runtime(first(), second))
                .interceptedBy(swap)
                .serve(RIDES, OnnxModels.verified("rides:1", new byte[] {1}))
                .start()) {
            server[0] = made;
            assertThat(made.score(RIDES, ROW)).isEqualTo(2);
            assertThat(made.served()).containsEntry(RIDES, V2).doesNotContainValue(V1);
        }
    }
}
