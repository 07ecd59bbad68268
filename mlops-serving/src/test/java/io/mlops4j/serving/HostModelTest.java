package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A host's own model or runtime does what it must not: callers meet the type that they were promised. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostModelTest {
    private static final ModelName NAME = ModelName.of("hosted");
    private static final Request TWO = Request.of(SimulatedModel.request(1, 2));
    private static final float[] ROW = {1};

    /** {@code y = x}, until it is broken. */
    private static final class HostModel implements ColumnModel, RowScorer {
        private volatile UnaryOperator<Map<String, Value>> way = inputs -> Map.of("y", requireNonNull(inputs.get("x")));

        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            return way.apply(inputs);
        }

        @Override
        public Optional<RowScorer> rowScorer() {
            return Optional.of(this);
        }

        @Override
        public int features() {
            return 1;
        }

        @Override
        public int outputs() {
            return 1;
        }

        @Override
        public void score(float[] row, float[] out) {
            out[0] = row[0] + way.apply(SimulatedModel.request(row[0])).size() - 1;
        }

        @Override
        public void close() {}
    }

    /** What a broken model does, how callers may ask, and what it threw. */
    private record Case(
            String name,
            UnaryOperator<Map<String, Value>> way,
            Consumer<ModelServerBuilder> setUp,
            @Nullable Class<? extends Throwable> cause) {
        @Override
        public String toString() {
            return name;
        }
    }

    @SuppressWarnings("NullAway") // that is what is tried
    static Stream<Case> cases() {
        return Map.<String, Consumer<ModelServerBuilder>>of(
                        "direct", builder -> {},
                        "batched", builder -> builder.batching(Batching.whenBusy()),
                        "cached",
                                builder -> builder.caching(Caching.upTo(1 << 20).byRow()))
                .entrySet()
                .stream()
                .flatMap(entry -> Stream.of(
                        new Case("null, " + entry.getKey(), in -> null, entry.getValue(), null),
                        new Case(
                                "null value, " + entry.getKey(),
                                in -> Collections.singletonMap("y", null),
                                entry.getValue(),
                                null),
                        new Case("nothing, " + entry.getKey(), in -> Map.of(), entry.getValue(), null),
                        new Case(
                                "NPE, " + entry.getKey(),
                                in -> fail(new NullPointerException("n")),
                                entry.getValue(),
                                NullPointerException.class),
                        new Case(
                                "IAE, " + entry.getKey(),
                                in -> fail(new IllegalArgumentException("no\nway")),
                                entry.getValue(),
                                IllegalArgumentException.class),
                        new Case(
                                "checked, " + entry.getKey(),
                                in -> fail(new IOException("io")),
                                entry.getValue(),
                                IOException.class)));
    }

    /** Throws what the compiler would not let pass. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> Map<String, Value> fail(Throwable e) throws T {
        throw (T) e;
    }

    private static ModelServer serve(HostModel model, Consumer<ModelServerBuilder> setUp) {
        ModelServerBuilder builder = ModelServer.builder()
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none())
                .serve(NAME, OnnxModels.verified("hosted:1", new byte[] {1}));
        setUp.accept(builder);
        return builder.start();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void run_brokenModel_isAnInferenceException(Case how) {
        var model = new HostModel();
        var meters = new SimpleMeterRegistry();
        ModelServer server = serve(model, builder -> how.setUp().accept(builder.meters(meters)));
        model.way = how.way();
        assertFailed(how, () -> server.predict(NAME, TWO));
        assertFailed(how, () -> server.predict(NAME, TWO.within(Duration.ofSeconds(30))));
        assertThatThrownBy(() -> server.submit(NAME, TWO).toCompletableFuture().get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(InferenceException.class);
        if (how.cause() != null) {
            assertFailed(how, () -> server.score(NAME, ROW));
        }
        assertThat(meters.get(VersionMeters.OUTCOMES)
                        .tag("outcome", "ok")
                        .counter()
                        .count())
                .isZero();
        assertThat(server.leases(NAME)).isZero();
        server.close();
    }

    private static void assertFailed(Case how, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("hosted:1")
                .message()
                .doesNotContain("\n");
        if (how.cause() != null) {
            assertThatThrownBy(call).hasCauseInstanceOf(how.cause());
        }
    }

    @Test
    void run_error_staysWhatItIs() {
        var model = new HostModel();
        try (ModelServer server = serve(model, builder -> {})) {
            model.way = in -> fail(new AssertionError("broken"));
            assertThatThrownBy(() -> server.predict(NAME, TWO)).isExactlyInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> server.score(NAME, ROW)).isExactlyInstanceOf(AssertionError.class);
        }
    }

    @Test
    void score_roomTooSmall_isTheCallersFault() {
        try (ModelServer server = ModelServer.builder()
                .serve(NAME, OnnxModels.verified("hosted:1", OnnxModels.constantByRelu(2, 3)))
                .start()) {
            assertThatThrownBy(() -> server.score(NAME, new float[2], new float[0]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("room for 0");
        }
    }

    /** A runtime that breaks its promises. */
    private record HostRuntime(boolean takes, @Nullable LoadedModel model) implements InferenceRuntime {
        @Override
        public String name() {
            return "host";
        }

        @Override
        public boolean accepts(VerifiedModel verified) {
            if (!takes) {
                throw new IllegalStateException("cannot tell");
            }
            return true;
        }

        @Override
        @SuppressWarnings("NullAway") // that is what is tried
        public LoadedModel load(VerifiedModel verified) {
            return model;
        }
    }

    @Test
    void start_brokenRuntime_isARejectedModel() {
        assertRejected(new HostRuntime(true, null), "runtime host gave null");
        assertRejected(new HostRuntime(false, null), "cannot tell");
        assertRejected(new HostRuntime(true, new Unsigned()), "Cannot load model hosted:1");
    }

    private static void assertRejected(InferenceRuntime runtime, String why) {
        ModelServerBuilder builder =
                ModelServer.builder().runtime(runtime).serve(NAME, OnnxModels.verified("hosted:1", new byte[] {1}));
        assertThatThrownBy(builder::start)
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("hosted:1")
                .hasMessageContaining(why);
    }

    @Test
    @SuppressWarnings("NullAway") // that is what is tried
    void start_sourceThatGivesNothing_isARejectedModel() {
        var source = new ModelSource() {
            @Override
            public VersionId resolve(Alias alias) {
                return alias.model().version(7);
            }

            @Override
            public VersionId latest(ModelName model) {
                return model.version(7);
            }

            @Override
            public VerifiedModel open(VersionId version) {
                return null;
            }
        };
        ModelServerBuilder builder = ModelServer.of(source).serve(VersionPolicy.latest(NAME));
        assertThatThrownBy(builder::start)
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("hosted:7")
                .hasMessageContaining("gave null");
    }

    /** Does not know what it takes. */
    private static final class Unsigned implements LoadedModel {
        @Override
        public Signature signature() {
            throw new UnsupportedOperationException("no signature");
        }

        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            return inputs;
        }

        @Override
        public void close() {
            throw new IllegalStateException("nor can it be closed");
        }
    }
}
