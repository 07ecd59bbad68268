package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.registry.Subscription;
import io.mlops4j.serving.onnx.OnnxRuntime;
import io.mlops4j.store.Content;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several versions of a model are served side by side, and follow what the registry says. */
@Timeout(60)
final class VersionPolicyTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final VersionPolicy CHAMPION = VersionPolicy.alias(RIDES.alias("champion"));
    private static final VersionPolicy CHALLENGER = VersionPolicy.alias(RIDES.alias("challenger"));
    private static final VersionPolicy LATEST = VersionPolicy.latest(RIDES);
    private static final Map<String, Value> X = Map.of("x", Tensor.ofFloats(new float[] {1, 2}, 1, 2));
    private static final Duration NEVER = Duration.ofDays(365);

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final ManualClock clock = ManualClock.at(Instant.parse("2026-11-21T12:00:00Z"));
    private final CountedRuntime runtime = new CountedRuntime(OnnxRuntime.withDefaults());
    private ModelRegistry registry;

    @BeforeEach
    void register() {
        registry = StoreRegistry.open(store, clock);
        for (int number = 1; number <= 3; number++) {
            registerConstant(number);
        }
        move(registry, "champion", 1);
    }

    private void registerConstant(int number) {
        register(OnnxModels.constantByRelu(2, number));
    }

    private void register(byte[] model) {
        registry.register(Registration.of(RIDES)
                .file(ModelVersion.MODEL_FILE, Content.of(model))
                .provenance(Provenance.unknown()));
    }

    private static void move(ModelRegistry where, String alias, int number) {
        where.move(RIDES.alias(alias)).to(where.version(RIDES.version(number))).because("test", "test");
    }

    private ModelServerBuilder builder() {
        return ModelServer.of(registry).runtime(runtime);
    }

    private static int answer(ModelServer server, VersionPolicy policy) {
        return checked(server.predict(RIDES, Request.of(X).by(policy)));
    }

    private static int answer(ModelServer server) {
        return checked(server.predict(RIDES, X));
    }

    /** Every version answers with its number. */
    private static int checked(Prediction prediction) {
        int number = prediction.version().number();
        assertThat(prediction.tensor("y").floats()).containsExactly(number);
        return number;
    }

    @Test
    void predict_byPolicy_isAnsweredByItsVersion() {
        VersionPolicy second = VersionPolicy.pinned(RIDES.version(2));
        try (ModelServer server = builder().serve(CHAMPION, LATEST, second).start()) {
            assertThat(answer(server)).isEqualTo(1);
            assertThat(answer(server, CHAMPION)).isEqualTo(1);
            assertThat(answer(server, LATEST)).isEqualTo(3);
            assertThat(answer(server, second)).isEqualTo(2);
            assertThat(answer(server, VersionPolicy.pinned(RIDES.version(3))))
                    .as("a version that a policy means may be named by its number")
                    .isEqualTo(3);
            assertThat(checked(server.submit(RIDES, Request.of(X).by(LATEST))
                            .toCompletableFuture()
                            .join()))
                    .isEqualTo(3);
            assertThat(server.versions(RIDES)).containsExactly(versions(1, 2, 3));
            assertThat(server.served()).containsExactly(Map.entry(RIDES, RIDES.version(1)));
        }
        assertThat(runtime.opened).hasValue(3);
        assertThat(runtime.closed).hasValue(3);
    }

    private static VersionId[] versions(int... numbers) {
        return Arrays.stream(numbers).mapToObj(RIDES::version).toArray(VersionId[]::new);
    }

    @Test
    void predict_byWhatIsNotServed_isNotFound() {
        try (ModelServer server = builder().serve(CHAMPION).start()) {
            List<VersionPolicy> others = List.of(LATEST, CHALLENGER, VersionPolicy.pinned(RIDES.version(2)));
            for (VersionPolicy other : others) {
                assertThatThrownBy(() -> answer(server, other))
                        .isInstanceOf(NotFoundException.class)
                        .hasMessageContaining("rides:1")
                        .hasMessageContaining("rides@champion");
            }
            assertThat(server.leases(RIDES)).isZero();
        }
    }

    @Test
    void predict_byVersionOfAFile_isAnsweredUntilItIsSwapped() {
        VersionPolicy first = VersionPolicy.pinned(RIDES.version(1));
        try (ModelServer server = ModelServer.builder()
                .serve(RIDES, OnnxModels.verified("rides:1", OnnxModels.constant(2, 1)))
                .start()) {
            assertThat(answer(server, first)).isEqualTo(1);
            server.swap(RIDES, OnnxModels.verified("rides:2", OnnxModels.constant(2, 2)));
            assertThatThrownBy(() -> answer(server, first)).isInstanceOf(NotFoundException.class);
        }
    }

    @Test
    void refresh_versionMeantTwice_isLoadedOnceAndFreedWithTheLastPolicy() {
        var meters = new SimpleMeterRegistry();
        move(registry, "champion", 3);
        try (ModelServer server =
                builder().serve(CHAMPION, LATEST).meters(meters).start()) {
            assertThat(runtime.opened).hasValue(1);
            move(registry, "champion", 1);
            assertThat(server.refresh(RIDES)).isEqualTo(RIDES.version(1));
            assertThat(runtime.opened).hasValue(2);
            assertThat(runtime.closed).as("the newest is meant still").hasValue(0);
            assertThat(answer(server, LATEST)).isEqualTo(3);
            registerConstant(4);
            server.refresh(RIDES);
            assertThat(answer(server, LATEST)).isEqualTo(4);
            assertThat(runtime.closed).hasValue(1);
            assertThat(meters.find("mlops.inference").timers()).hasSize(2);
        }
        assertThat(runtime.closed).hasValue(runtime.opened.get());
        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void latest_versionPutAway_isPassedOver() {
        registry.edit(RIDES.version(3)).archive().because("test", "test");
        try (ModelServer server = builder().serve(LATEST).start()) {
            assertThat(answer(server)).isEqualTo(2);
        }
        ModelName unknown = ModelName.of("unknown");
        assertThatThrownBy(() -> builder().serve(VersionPolicy.latest(unknown)).start())
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("unknown");
    }

    @Test
    void refresh_oneVersionBroken_movesTheOthers() {
        try (ModelServer server = builder().serve(CHAMPION, LATEST).start()) {
            register(new byte[] {8, 8, 8});
            move(registry, "champion", 2);
            assertThatThrownBy(() -> server.refresh(RIDES)).isInstanceOf(RejectedModelException.class);
            assertThat(answer(server)).isEqualTo(2);
            assertThat(answer(server, LATEST)).isEqualTo(3);
        }
        assertThat(runtime.closed).hasValue(runtime.opened.get());
    }

    @Test
    void serve_policiesThatDoNotGoTogether_isRefused() {
        VersionPolicy stranger = VersionPolicy.latest(ModelName.of("other"));
        assertThatThrownBy(() -> builder().serve(CHAMPION, stranger)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().serve(LATEST, LATEST)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ModelServer.builder().serve(LATEST)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder().followingAliases(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void following_moveThroughTheSameRegistry_isServedAtOnce() {
        try (ModelServer server =
                builder().serve(CHAMPION).followingAliases(NEVER).start()) {
            move(registry, "champion", 2);
            await(() -> answer(server) == 2);
            register(new byte[] {8, 8, 8});
            move(registry, "champion", 4);
            move(registry, "champion", 3);
            await(() -> answer(server) == 3);
        }
        await(() -> runtime.closed.get() == runtime.opened.get()); // a look under way ends by itself
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("mlops-following")));
        move(registry, "champion", 1); // nobody listens any more
        assertThat(runtime.closed).hasValue(runtime.opened.get());
    }

    @Test
    void following_moveByAnotherProcess_isFoundByAskingAgain() {
        try (ModelServer server = builder()
                .serve(CHAMPION, LATEST)
                .followingAliases(Duration.ofMillis(5))
                .start()) {
            ModelRegistry elsewhere = StoreRegistry.open(store, clock);
            move(elsewhere, "champion", 2);
            await(() -> answer(server) == 2);
            registerConstant(4);
            await(() -> answer(server, LATEST) == 4);
        }
    }

    @Test
    void following_brokenVersion_isTriedAgainWhenTheAliasMoves() {
        register(new byte[] {8, 8, 8});
        try (ModelServer server =
                builder().serve(CHAMPION).followingAliases(Duration.ofMillis(1)).start()) {
            move(registry, "champion", 4);
            ModelRegistry elsewhere = StoreRegistry.open(store, clock);
            assertThat(answer(server)).isEqualTo(1);
            move(elsewhere, "champion", 2);
            await(() -> answer(server) == 2);
        }
    }

    /** Asks the registry, counts how often, and does not find the challenger while it is lost. */
    private final class CountingSource implements ModelSource {
        private final ModelSource source = new RegistrySource(registry);
        private final Map<Alias, AtomicInteger> asked =
                Map.of(RIDES.alias("champion"), new AtomicInteger(), RIDES.alias("challenger"), new AtomicInteger());
        private volatile boolean lost;
        private boolean mute;

        int asked(String alias) {
            return requireNonNull(asked.get(RIDES.alias(alias))).get();
        }

        @Override
        public VersionId resolve(Alias alias) {
            requireNonNull(asked.get(alias)).incrementAndGet();
            if (lost && alias.equals(RIDES.alias("challenger"))) {
                throw new NotFoundException("lost");
            }
            return source.resolve(alias);
        }

        @Override
        public VersionId latest(ModelName model) {
            return source.latest(model);
        }

        @Override
        public Subscription onMove(Consumer<Alias> listener) {
            if (mute) {
                throw new IllegalStateException("mute");
            }
            return source.onMove(listener);
        }

        @Override
        public VerifiedModel open(VersionId version) {
            return source.open(version);
        }
    }

    @Test
    void start_movesCannotBeHeardOf_leavesNothingBehind() {
        var source = new CountingSource();
        source.mute = true;
        move(registry, "challenger", 2);
        var meters = new SimpleMeterRegistry();
        assertThatThrownBy(() -> ModelServer.of(source)
                        .runtime(runtime)
                        .meters(meters)
                        .serve(CHAMPION, CHALLENGER)
                        .followingAliases(NEVER)
                        .start())
                .hasMessage("mute");
        assertThat(runtime.opened).hasValue(2);
        assertThat(runtime.closed).hasValue(2);
        assertThat(meters.getMeters()).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("mlops-following"));
    }

    @Test
    void start_metersAreTaken_leavesNothingBehind() {
        var meters = new SimpleMeterRegistry();
        Counter theirs = meters.counter("mlops.leases", "model", RIDES.value());
        assertThatThrownBy(() -> builder()
                        .meters(meters)
                        .serve(CHAMPION)
                        .followingAliases(Duration.ofMillis(1))
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mlops.leases");
        assertThat(runtime.opened).hasValue(1);
        assertThat(runtime.closed).hasValue(1);
        assertThat(meters.getMeters()).containsExactly(theirs);
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("mlops-following"))); // a look under way ends by itself
    }

    @Test
    void following_policyThatFails_isAskedLessAndTheOthersAreNot() {
        move(registry, "challenger", 2);
        var source = new CountingSource();
        try (ModelServer server = ModelServer.of(source)
                .serve(CHAMPION, CHALLENGER)
                .followingAliases(Duration.ofMillis(1))
                .start()) {
            source.lost = true;
            int before = source.asked("champion");
            int beforeLost = source.asked("challenger");
            await(() -> source.asked("champion") >= before + 200);
            // Pauses of 1, 3, 7, 15, 31, 63 and 63 looks come between the first eight times; one look may have been
            // under way.
            assertThat(source.asked("challenger") - beforeLost).isLessThanOrEqualTo(10);
            source.lost = false;
            move(registry, "challenger", 3);
            await(() -> answer(server, CHALLENGER) == 3);
        }
    }

    @Test
    void following_underLoad_failsNobodyAndFreesEverything() throws Exception {
        move(registry, "challenger", 2);
        var stop = new AtomicBoolean();
        var answers = new AtomicLong();
        ExecutorService callers = Executors.newFixedThreadPool(3);
        try (ModelServer server = builder()
                .serve(CHAMPION, CHALLENGER, LATEST)
                .followingAliases(NEVER)
                .start()) {
            List<Future<?>> all = new ArrayList<>();
            for (VersionPolicy policy : List.of(CHAMPION, CHALLENGER, LATEST)) {
                all.add(callers.submit(() -> {
                    while (!stop.get()) {
                        answer(server, policy);
                        answers.incrementAndGet();
                    }
                }));
            }
            for (int i = 0; i < 200; i++) {
                move(registry, i % 2 == 0 ? "champion" : "challenger", 1 + i % 3);
            }
            await(() -> answer(server, CHAMPION) == 1 + 198 % 3 && answer(server, CHALLENGER) == 1 + 199 % 3);
            stop.set(true);
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(answers.get()).isPositive();
        } finally {
            stop.set(true);
            callers.shutdown();
        }
        assertThat(runtime.closed).hasValue(runtime.opened.get());
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
