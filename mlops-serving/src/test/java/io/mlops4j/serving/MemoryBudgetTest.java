package io.mlops4j.serving;

import static io.mlops4j.serving.WeighedRuntime.X;
import static io.mlops4j.serving.WeighedRuntime.model;
import static io.mlops4j.serving.WeighedRuntime.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.NotFoundException;
import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.rollout.Canary;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models share a budget: who is worth least goes, nobody is hurt by it, and who is asked for comes back. */
@Timeout(60)
final class MemoryBudgetTest {
    private static final Canary CANARY =
            Rollout.canary().steps(0.5).guardedBy(Guardrails.none().errors(0.05));

    private final WeighedRuntime runtime = new WeighedRuntime();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @AfterEach
    void nothingIsLeft() {
        callers.shutdownNow();
        assertThat(runtime.closedUnderACall).isFalse();
        assertThat(runtime.closed).hasValue(runtime.opened.get());
        assertThat(registry.getMeters()).isEmpty();
    }

    private ModelServerBuilder builder(long budget, String... pinned) {
        ModelName[] names = Arrays.stream(pinned).map(ModelName::of).toArray(ModelName[]::new);
        return ModelServer.builder()
                .runtime(runtime)
                .warmUp(WarmUp.none())
                .meters(registry)
                .memory(MemoryBudget.ofBytes(budget).pinning(names).measuredBy(runtime));
    }

    /** Models of weight 100 that take one second to load. */
    private static ModelServerBuilder serving(ModelServerBuilder builder, String... names) {
        for (String name : names) {
            builder.serve(name(name), model(name, 100, 1));
        }
        return builder;
    }

    private static void ask(ModelServer server, String name, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(server.predict(name(name), X).tensor("y").floats()).containsExactly(1);
        }
    }

    private List<String> held() {
        return Stream.of("a", "b", "c", "d", "e", "f").filter(runtime::holds).toList();
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private double count(String name, String model) {
        return registry.get(name).tag("model", model).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    @Test
    void predict_ensembleOfEvictedModels_bringsBackAllOfThemTogether() {
        var ensemble = Ensemble.of(
                "pair",
                List.of(
                        Step.model("first", name("a")).bind("x", Wire.request("x")),
                        Step.model("second", name("b")).bind("x", Wire.step("first", "y"))),
                Map.of("y", Wire.step("second", "y")));
        try (ModelServer server =
                serving(builder(200), "a", "b", "c", "d").ensemble(ensemble).start()) {
            assertThat(held()).containsExactly("c", "d");
            EnsemblePrediction answer = server.predict(ensemble, Request.of(X).within(Duration.ofSeconds(30)));
            assertThat(answer.tensor("y").floats()).containsExactly(1);
            assertThat(held()).containsExactly("a", "b");
            assertThat(server.leases(name("a")) + server.leases(name("b"))).isZero();
            ask(server, "c", 2);
            ask(server, "d", 2);
            assertThat(held()).containsExactly("c", "d");
            CompletableFuture<EnsemblePrediction> later =
                    server.submit(ensemble, Request.of(X)).toCompletableFuture();
            assertThat(later.join().tensor("y").floats()).containsExactly(1);
            assertThat(server.leases(name("a")) + server.leases(name("b"))).isZero();
        }
    }

    @Test
    void predict_noRoomForAll_evictsWhatIsUsedLeast() {
        try (ModelServer server = serving(builder(300), "a", "b", "c", "d").start()) {
            assertThat(held()).containsExactly("b", "c", "d");
            ask(server, "b", 5);
            ask(server, "c", 1);
            ask(server, "d", 3);
            ask(server, "a", 1);
            assertThat(held()).containsExactly("a", "b", "d");
            ask(server, "a", 1);
            ask(server, "c", 1);
            assertThat(held()).as("d was used more than a, but longer ago").containsExactly("a", "b", "c");
            assertThat(gauge(MemoryMeters.RESIDENT)).isEqualTo(300);
            assertThat(gauge(MemoryMeters.BUDGET)).isEqualTo(300);
            assertThat(count(MemoryMeters.EVICTIONS, "a")).isEqualTo(1);
            assertThat(count(MemoryMeters.RELOADS, "a")).isEqualTo(1);
            assertThat(count(MemoryMeters.EVICTIONS, "b")).isZero();
            assertThat(server.served()).hasSize(4);
        }
    }

    @Test
    void predict_noRoomForAll_keepsWhatIsSmallOrSlowToLoad() {
        var builder = builder(500)
                .serve(name("a"), model("a", 100, 9))
                .serve(name("b"), model("b", 300, 3))
                .serve(name("c"), model("c", 100, 3))
                .serve(name("d"), model("d", 100, 3));
        try (ModelServer server = builder.start()) {
            assertThat(held()).as("b is worth 6 / 300, the least").containsExactly("a", "c", "d");
            ask(server, "b", 1);
            assertThat(held()).as("d is as good as c, and younger").containsExactly("a", "b", "d");
        }
    }

    @Test
    void predict_whatWasUsedLongAgo_ages() {
        try (ModelServer server = serving(builder(200), "a", "b", "c").start()) {
            ask(server, "a", 20);
            for (int round = 0; round < 25; round++) {
                ask(server, "b", 1);
                ask(server, "c", 1);
            }
            assertThat(runtime.holds("a")).isFalse();
        }
    }

    @Test
    void predict_pinned_isNeverEvicted() {
        try (ModelServer server = serving(builder(200, "a"), "a", "b", "c").start()) {
            for (int round = 0; round < 20; round++) {
                ask(server, "b", 3);
                ask(server, "c", 3);
            }
            assertThat(runtime.openings("a")).isEqualTo(1);
            assertThat(runtime.openings("b")).isEqualTo(21);
        }
    }

    @Test
    void predict_whileAModelIsAsked_evictsAnother() throws Exception {
        try (ModelServer server = serving(builder(200), "a", "b", "c").start()) {
            ask(server, "c", 5);
            runtime.shutRuns();
            Future<?> inside = callers.submit(() -> server.predict(name("b"), X));
            runtime.awaitRun();
            Future<?> other = callers.submit(() -> server.predict(name("a"), X));
            runtime.awaitRun();
            assertThat(held())
                    .as("b is worth less than c, but somebody is inside")
                    .containsExactly("a", "b");
            runtime.openRuns();
            inside.get(20, TimeUnit.SECONDS);
            other.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void predict_everyModelIsAsked_waitsForOneToBeLeft() throws Exception {
        try (ModelServer server = serving(builder(100), "a", "b").start()) {
            runtime.shutRuns();
            Future<?> inside = callers.submit(() -> server.predict(name("b"), X));
            runtime.awaitRun();
            Future<?> waits = callers.submit(() -> server.predict(name("a"), X));
            assertThatThrownBy(() -> server.predict(name("a"), Request.of(X).within(Duration.ofMillis(50))))
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("PT0.05S");
            assertThat(held()).containsExactly("b");
            runtime.openRuns();
            inside.get(20, TimeUnit.SECONDS);
            waits.get(20, TimeUnit.SECONDS);
            assertThat(held()).containsExactly("a");
        }
    }

    @Test
    void predict_noModelIsLeft_isOverloadedAfterTheDrainTimeout() throws Exception {
        try (ModelServer server = serving(builder(100), "a", "b")
                .drainTimeout(Duration.ofMillis(30))
                .start()) {
            runtime.shutRuns();
            Future<?> inside = callers.submit(() -> server.predict(name("b"), X));
            runtime.awaitRun();
            assertThatThrownBy(() -> server.predict(name("a"), X))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("a:1")
                    .hasMessageContaining("b:1 (100 B)");
            runtime.openRuns();
            inside.get(20, TimeUnit.SECONDS);
            ask(server, "a", 1);
        }
    }

    @Test
    void predict_evictedModelAskedBySixteen_isLoadedOnce() throws Exception {
        try (ModelServer server = serving(builder(100), "a", "b").start()) {
            int before = runtime.opened.get();
            runtime.shutLoads();
            List<Future<Prediction>> answers = new ArrayList<>();
            List<CompletableFuture<Prediction>> stages = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                answers.add(callers.submit(() -> server.predict(name("a"), X)));
                stages.add(server.submit(name("a"), Request.of(X)).toCompletableFuture());
            }
            runtime.awaitLoad();
            assertThat(stages).noneMatch(CompletableFuture::isDone);
            assertThat(Thread.getAllStackTraces().keySet())
                    .as("one flight for all")
                    .filteredOn(thread -> thread.getName().startsWith("mlops-reload-a"))
                    .hasSize(1);
            runtime.openLoads();
            for (Future<Prediction> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).version())
                        .isEqualTo(name("a").version(1));
            }
            for (CompletableFuture<Prediction> stage : stages) {
                assertThat(stage.get(20, TimeUnit.SECONDS).tensor("y").floats()).containsExactly(1);
            }
            assertThat(runtime.opened).hasValue(before + 1);
            assertThat(server.leases(name("a"))).isZero();
        }
    }

    @Test
    void predict_slowReload_keepsEachWaitersDeadline() throws Exception {
        try (ModelServer server = serving(builder(100), "a", "b").start()) {
            runtime.shutLoads();
            Request hurried = Request.of(X).within(Duration.ofMillis(50));
            var stage = server.submit(name("a"), hurried).toCompletableFuture();
            assertThatThrownBy(() -> server.predict(name("a"), hurried)).isInstanceOf(DeadlineExceededException.class);
            assertThatThrownBy(() -> stage.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(DeadlineExceededException.class);
            Future<Prediction> patient = callers.submit(() -> server.predict(name("a"), X));
            runtime.openLoads();
            patient.get(20, TimeUnit.SECONDS);
            assertThat(runtime.openings("a")).isEqualTo(2);
            assertThat(server.leases(name("a"))).as("who left holds nothing").isZero();
        }
    }

    @Test
    void predict_sixModelsWithRoomForThree_failsNobody() throws Exception {
        int threads = 8;
        int requests = 600;
        var failed = new AtomicInteger();
        var most = new AtomicLong();
        var names = List.of("a", "b", "c", "d", "e", "f");
        try (ModelServer server =
                serving(builder(300), names.toArray(String[]::new)).start()) {
            List<Callable<Void>> all = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                var random = new Random(thread);
                all.add(() -> {
                    for (int i = 0; i < requests; i++) {
                        String asked = names.get(random.nextInt(names.size()));
                        try {
                            if (random.nextBoolean()) {
                                ask(server, asked, 1);
                            } else {
                                server.submit(name(asked), Request.of(X).within(Duration.ofSeconds(20)))
                                        .toCompletableFuture()
                                        .get();
                            }
                        } catch (RuntimeException | ExecutionException | AssertionError e) {
                            e.printStackTrace();
                            failed.incrementAndGet();
                        }
                        most.accumulateAndGet((long) gauge(MemoryMeters.RESIDENT), Math::max);
                    }
                    return null;
                });
            }
            for (Future<Void> end : callers.invokeAll(all)) {
                end.get();
            }
            System.out.println("six models with room for three, " + threads * requests + " requests: " + runtime.opened
                    + " loads, at most " + most + " of 300 B");
            assertThat(failed).hasValue(0);
            assertThat(most).hasValue(300);
            assertThat(runtime.opened).hasValueGreaterThan(20);
        }
    }

    @Test
    void swap_tooLarge_isRefusedAndTheOthersAnswer() {
        try (ModelServer server = serving(builder(300, "a"), "a", "b").start()) {
            assertThatThrownBy(() -> server.swap(name("b"), model("b", 201, 1)))
                    .isInstanceOf(RejectedModelException.class)
                    .hasMessageContaining("b:2 of 201 B")
                    .hasMessageContaining("300 B")
                    .hasMessageContaining("a:1 (100 B)");
            assertThat(server.served()).containsEntry(name("b"), name("b").version(1));
            ask(server, "a", 1);
            ask(server, "b", 1);
            assertThat(gauge(MemoryMeters.RESIDENT)).isEqualTo(200);
            assertThat(runtime.openings("b"))
                    .as("what fits was not evicted for what never will")
                    .isEqualTo(2);
        }
    }

    @Test
    void start_tooLarge_isRefusedAndLeavesNothing() {
        ModelServerBuilder builder = serving(builder(99), "a");
        assertThatThrownBy(builder::start).isInstanceOf(RejectedModelException.class);
        ModelServerBuilder pinsAnother = serving(builder(99, "b"), "a");
        assertThatThrownBy(pinsAnother::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void start_pinnedThatLeavesNoRoomForAnother_isRefused() {
        ModelServerBuilder builder = serving(builder(199, "b"), "a", "b");
        assertThatThrownBy(builder::start)
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("b:1 of 100 B")
                .hasMessageContaining("must leave 100 B");
    }

    /** Each version is a file of one byte, and nobody tells its memory: it counts as two. */
    @Test
    void rollout_candidate_staysAsLongAsItIsOne() {
        try (var fixture = new RolloutFixture()) {
            ModelServer tight = fixture.replica(
                    Signals.none(),
                    builder -> builder.memory(MemoryBudget.ofBytes(3).measuredBy(OptionalLong::empty)));
            assertThatThrownBy(() -> tight.rollout(RolloutFixture.RIDES, RolloutFixture.V2, CANARY))
                    .isInstanceOf(RejectedModelException.class)
                    .hasMessageContaining("rides:2");
            assertThat(RolloutFixture.ask(tight, "anyone").version()).isEqualTo(RolloutFixture.V1);
            byte[] other = {9};
            ModelServer server = fixture.replica(Signals.none(), builder -> builder.serve(
                            name("z"), VerifiedModel.verify("z", "z", other, Digest.of(other), Map.of()))
                    .memory(MemoryBudget.ofBytes(4).measuredBy(OptionalLong::empty)));
            RolloutRun run = server.rollout(RolloutFixture.RIDES, RolloutFixture.V2, CANARY);
            assertThat(run.share()).isEqualTo(0.5);
            List<VersionId> before = new ArrayList<>();
            List<VersionId> after = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                before.add(RolloutFixture.ask(server, "user-" + i).version());
            }
            for (int i = 0; i < 50; i++) {
                server.predict(name("z"), X);
                after.add(RolloutFixture.ask(server, "user-" + i).version());
            }
            assertThat(after).contains(RolloutFixture.V1, RolloutFixture.V2).isEqualTo(before);
        }
    }

    @Test
    void swap_underBudget_givesTheOldVersionsBytesBack() throws Exception {
        try (ModelServer server = serving(builder(400), "a", "b").start()) {
            server.swap(name("a"), model("a", 150, 1));
            assertThat(gauge(MemoryMeters.RESIDENT)).isEqualTo(250);
            runtime.shutRuns();
            Future<Prediction> inside = callers.submit(() -> server.predict(name("a"), X));
            runtime.awaitRun();
            Future<VersionId> swap = callers.submit(() -> server.swap(name("a"), model("a", 50, 1)));
            while (!server.served().containsValue(name("a").version(3))) {
                Thread.onSpinWait();
            }
            assertThat(gauge(MemoryMeters.RESIDENT))
                    .as("what drains still counts")
                    .isEqualTo(300);
            runtime.openRuns();
            inside.get(20, TimeUnit.SECONDS);
            swap.get(20, TimeUnit.SECONDS);
            assertThat(gauge(MemoryMeters.RESIDENT)).isEqualTo(150);
            assertThat(count(MemoryMeters.EVICTIONS, "a")).isZero();
        }
    }

    @Test
    void swap_ofTheOnlyModelThatFits_evictsItForItsSuccessor() {
        try (ModelServer server = serving(builder(100), "a").start()) {
            server.swap(name("a"), model("a", 90, 1));
            assertThat(server.predict(name("a"), X).version())
                    .isEqualTo(name("a").version(2));
            byte[] broken = {1};
            VerifiedModel unloadable = VerifiedModel.verify("a", "a", broken, Digest.of(broken), Map.of());
            assertThatThrownBy(() -> server.swap(name("a"), unloadable)).isInstanceOf(RejectedModelException.class);
            assertThat(server.predict(name("a"), X).version())
                    .isEqualTo(name("a").version(2));
        }
    }

    @Test
    void predict_fileThatVanished_failsUntilItIsBack(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("a.bin");
        byte[] bytes = model("a", 100, 1).bytes();
        Files.write(file, bytes);
        try (ModelServer server =
                serving(builder(100).serve(name("a"), file), "b").start()) {
            Files.delete(file);
            assertThatThrownBy(() -> server.predict(name("a"), X)).isInstanceOf(NotFoundException.class);
            assertThat(runtime.holds("b"))
                    .as("room is made when there is something to load")
                    .isTrue();
            Files.write(file, model("a", 99, 1).bytes());
            assertThatThrownBy(() -> server.predict(name("a"), X))
                    .isInstanceOf(RejectedModelException.class)
                    .hasMessageContaining("a:1");
            Files.write(file, bytes);
            ask(server, "a", 1);
            assertThat(registry.get(MemoryMeters.RELOADS)
                            .tags("model", "a", "result", "failed")
                            .counter()
                            .count())
                    .isEqualTo(2);
        }
    }

    @Test
    void predict_byPolicies_findsTheVersionThatCameBack() {
        ModelName a = name("a");
        Alias alias = a.alias("champion");
        var source = new FakeSource(version -> model(version.model().value(), 100, version.number())).move(alias, 1);
        VersionPolicy champion = VersionPolicy.alias(alias);
        VersionPolicy first = VersionPolicy.pinned(a.version(1));
        ModelServerBuilder builder = ModelServer.of(source)
                .serve(champion, first)
                .runtime(runtime)
                .warmUp(WarmUp.none())
                .meters(registry)
                .memory(MemoryBudget.ofBytes(100).measuredBy(runtime));
        try (ModelServer server = serving(builder, "b").start()) {
            assertThat(held()).containsExactly("b");
            assertThat(server.predict(a, Request.of(X).by(first)).version()).isEqualTo(a.version(1));
            assertThat(server.predict(a, X).version()).isEqualTo(a.version(1));
            assertThat(runtime.openings("a")).isEqualTo(2);
            source.move(alias, 2);
            server.refresh(a);
            assertThat(server.predict(a, X).version()).isEqualTo(a.version(2));
            assertThat(server.predict(a, Request.of(X).by(first)).version()).isEqualTo(a.version(1));
            source.move(alias, 1);
            ask(server, "b", 1);
            server.refresh(a);
            assertThat(server.versions(a)).containsExactly(a.version(1));
            assertThat(server.predict(a, X).version()).isEqualTo(a.version(1));
            ask(server, "b", 1);
        }
    }

    @Test
    void close_whileAReloadWaitsForRoom_endsIt() throws Exception {
        ModelServer server = serving(builder(100), "a", "b").start();
        runtime.shutRuns();
        Future<?> inside = callers.submit(() -> server.predict(name("b"), X));
        runtime.awaitRun();
        var waits = server.submit(name("a"), Request.of(X)).toCompletableFuture();
        Future<?> close = callers.submit(server::close);
        assertThatThrownBy(() -> waits.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(IllegalStateException.class);
        runtime.openRuns();
        inside.get(20, TimeUnit.SECONDS);
        close.get(20, TimeUnit.SECONDS);
    }
}
