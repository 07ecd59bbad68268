package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.cumulative.CumulativeDistributionSummary;
import io.micrometer.core.instrument.cumulative.CumulativeTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A host's meters throw whatever they are told: every request has its answer all the same. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BrokenMetersTest {
    private static final ModelName NAME = ModelName.of("counted");
    private static final Request ROW = Request.of(Map.of("x", Tensor.ofFloats(new float[] {1, 2}, 1, 2)));
    private static final Map<String, Value> ANSWER = Map.of("y", Tensor.ofFloats(new float[] {3}, 1, 1));
    private static final float REFUSED = -12345;
    private static final Ensemble ENSEMBLE = Ensemble.of(
            "alone", List.of(Step.model("one", NAME).bind("x", Wire.request("x"))), Map.of("y", Wire.step("one", "y")));

    /** Adds two numbers. */
    private record Sum() implements RowScorer, LoadedModel {
        @Override
        public Signature signature() {
            return new Signature(
                    List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC, 2)),
                    List.of(TensorSpec.of("y", ElementType.FLOAT32, Shape.DYNAMIC, 1)));
        }

        @Override
        public int features() {
            return 2;
        }

        @Override
        public int outputs() {
            return 1;
        }

        @Override
        public void score(float[] row, float[] out) {
            out[0] = sum(row[0], row[1]);
        }

        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            float[] x = ((Tensor) requireNonNull(inputs.get("x"))).floats();
            float[] y = new float[x.length / 2];
            for (int i = 0; i < y.length; i++) {
                y[i] = sum(x[2 * i], x[2 * i + 1]);
            }
            return Map.of("y", Tensor.ofFloats(y, y.length, 1));
        }

        private static float sum(float a, float b) {
            if (a == REFUSED) {
                throw new RejectedInputException("refused");
            }
            return a + b;
        }

        @Override
        public Optional<RowScorer> rowScorer() {
            return Optional.of(this);
        }

        @Override
        public void close() {}
    }

    private static final class BrokenRegistry extends SimpleMeterRegistry {
        private volatile @Nullable RuntimeException failure;

        void fail(RuntimeException e) {
            failure = e;
        }

        BrokenRegistry() {
            super(SimpleConfig.DEFAULT, Clock.SYSTEM);
        }

        private void check() {
            RuntimeException e = failure;
            if (e != null) {
                throw e;
            }
        }

        @Override
        protected Counter newCounter(Meter.Id id) {
            return new CumulativeCounter(id) {
                @Override
                public void increment(double amount) {
                    check();
                    super.increment(amount);
                }
            };
        }

        @Override
        protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
            return new CumulativeTimer(id, clock, config, pauses, TimeUnit.SECONDS, false) {
                @Override
                protected void recordNonNegative(long amount, TimeUnit unit) {
                    check();
                    super.recordNonNegative(amount, unit);
                }
            };
        }

        @Override
        protected DistributionSummary newDistributionSummary(
                Meter.Id id, DistributionStatisticConfig config, double scale) {
            return new CumulativeDistributionSummary(id, clock, config, scale, false) {
                @Override
                protected void recordNonNegative(double amount) {
                    check();
                    super.recordNonNegative(amount);
                }
            };
        }

        @Override
        public @Nullable Meter remove(Meter meter) {
            check();
            return super.remove(meter);
        }
    }

    /** A way to set a server up, with a name for the report. */
    private record Way(String name, Consumer<ModelServerBuilder> setUp) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Way> ways() {
        return Stream.of(
                new Way("direct", builder -> {}),
                new Way(
                        "queued",
                        builder -> builder.overload(Overload.standard().instances(1))),
                new Way("batched", builder -> builder.batching(Batching.whenBusy())),
                new Way("cached", builder -> builder.caching(Caching.upTo(1 << 20))),
                new Way(
                        "cached by row",
                        builder -> builder.caching(Caching.upTo(1 << 20).byRow())),
                new Way("in a budget", builder -> builder.memory(MemoryBudget.ofBytes(1L << 40))));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void requests_everyMeterThrows_areAnswered(Way way) throws Exception {
        var meters = new BrokenRegistry();
        ModelServerBuilder builder = ModelServer.builder()
                .runtime(FakeModel.runtime(new Sum()))
                .warmUp(WarmUp.none())
                .meters(meters)
                .ensemble(ENSEMBLE)
                .serve(NAME, OnnxModels.verified("counted:1", new byte[] {1}));
        way.setUp().accept(builder);
        ModelServer server = builder.start();
        meters.fail(new IllegalStateException("meter down"));
        for (int i = 0; i < 3; i++) { // computed, then kept if there is a cache
            assertThat(server.predict(NAME, ROW).outputs()).isEqualTo(ANSWER);
            assertThat(server.submit(NAME, ROW)
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .outputs())
                    .isEqualTo(ANSWER);
            assertThat(server.score(NAME, new float[] {1, 2})).isEqualTo(3);
            assertThat(server.predict(ENSEMBLE, ROW).outputs()).isEqualTo(ANSWER);
            assertThat(server.submit(ENSEMBLE, ROW)
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .outputs())
                    .isEqualTo(ANSWER);
        }
        Request refused = Request.of(Map.of("x", Tensor.ofFloats(new float[] {REFUSED, 2}, 1, 2)));
        assertThatThrownBy(() -> server.predict(NAME, refused)).hasMessageContaining("refused");
        assertThatThrownBy(() -> server.predict(ENSEMBLE, refused)).hasMessageContaining("refused");
        assertThat(server.submit(NAME, refused)
                        .toCompletableFuture()
                        .handle((answer, e) -> requireNonNull(e).getMessage())
                        .get(10, TimeUnit.SECONDS))
                .contains("refused");
        assertThat(server.leases(NAME)).isZero();
        server.close();
    }
}
