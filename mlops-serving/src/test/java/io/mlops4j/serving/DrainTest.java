package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A retired model is freed when its last request has its answer, however long that takes. */
@Timeout(60)
final class DrainTest {
    private static final ModelName NAME = ModelName.of("slow");
    private static final Alias CHAMPION = NAME.alias("champion");
    private static final VerifiedModel ANY = OnnxModels.verified("slow:1", new byte[] {1});
    private static final Map<String, Value> X = Map.of("x", Tensor.ofFloats(new float[] {1}, 1, 1));

    private static final Ensemble ENSEMBLE = Ensemble.of(
            "single",
            List.of(Step.model("only", NAME).bind("x", Wire.request("x"))),
            Map.of("y", Wire.step("only", "y")));

    private final FakeModel first = new FakeModel();
    private final FakeModel second = new FakeModel();

    @AfterEach
    void letEverybodyGo() {
        first.mayLeave.countDown();
        second.mayLeave.countDown();
    }

    @Test
    void swap_requestUnderWay_isAnsweredByTheOldVersionBeforeItIsFreed() throws Exception {
        try (ModelServer server = server(Duration.ofSeconds(30))) {
            CompletableFuture<Prediction> request = async(() -> server.predict(NAME, FakeModel.REQUEST));
            first.entered.await();
            CompletableFuture<?> swap = async(() -> server.swap(NAME, ANY));
            // The new version serves while the old one drains.
            second.mayLeave.countDown();
            awaitVersion(server, 2);
            assertThat(server.predict(NAME, FakeModel.REQUEST).version()).isEqualTo(NAME.version(2));
            assertThat(swap).isNotDone();
            assertThat(first.closes).hasValue(0);
            first.mayLeave.countDown();
            swap.get(30, TimeUnit.SECONDS);
            assertThat(request.get(30, TimeUnit.SECONDS).version()).isEqualTo(NAME.version(1));
            assertThat(first.closes).hasValue(1);
            assertThat(first.closedWhileInside).isFalse();
            assertThat(first.terminated.getCount()).as("not asked to stop").isEqualTo(1);
        }
        assertThat(second.closes).hasValue(1);
    }

    @Test
    void close_requestUnderWay_waitsEvenBeyondTheTimeout() throws Exception {
        ModelServer server = server(Duration.ofMillis(1));
        CompletableFuture<Prediction> request = async(() -> server.predict(NAME, FakeModel.REQUEST));
        first.entered.await();
        CompletableFuture<?> close = async(() -> {
            server.close();
            return 0;
        });
        first.terminated.await();
        assertThat(close).isNotDone();
        assertThat(first.closes).hasValue(0);
        assertThatThrownBy(() -> server.predict(NAME, FakeModel.REQUEST)).isInstanceOf(IllegalStateException.class);
        first.mayLeave.countDown();
        close.get(30, TimeUnit.SECONDS);
        assertThat(request.get(30, TimeUnit.SECONDS).outputs()).containsKey("y");
        assertThat(first.closes).hasValue(1);
        assertThat(first.closedWhileInside).isFalse();
        server.close();
        assertThat(first.closes).hasValue(1);
        assertThat(server.served()).isEmpty();
    }

    @Test
    void swap_interrupted_letsTheRunsUnderWayGoOn() throws Exception {
        try (ModelServer server = server(Duration.ofHours(1))) {
            try {
                assertNotStopped(server, first, () -> server.swap(NAME, ANY));
            } finally {
                first.mayLeave.countDown();
            }
            assertThat(server.served()).containsEntry(NAME, NAME.version(2));
        }
    }

    @Test
    void close_interrupted_letsTheRunsUnderWayGoOn() throws Exception {
        for (ModelServerBuilder builder :
                List.of(ModelServer.builder(), ModelServer.builder().ensemble(ENSEMBLE))) {
            var model = new FakeModel();
            try (ModelServer server = builder.serve(NAME, ANY)
                    .runtime(FakeModel.runtime(model))
                    .warmUp(WarmUp.none())
                    .drainTimeout(Duration.ofHours(1))
                    .start()) {
                try {
                    assertNotStopped(server, model, server::close);
                } finally {
                    model.mayLeave.countDown();
                }
            }
        }
    }

    /** An interrupted thread retires the model while a run is inside, and is seen to wait for it. */
    private static void assertNotStopped(ModelServer server, FakeModel model, Runnable retires) throws Exception {
        CompletableFuture<Prediction> request = async(() -> server.predict(NAME, FakeModel.REQUEST));
        model.entered.await();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            Thread.currentThread().interrupt();
            retires.run();
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        thread.start();
        awaitWaiting(thread);
        thread.interrupt();
        awaitUninterrupted(thread); // it has heard that, too
        assertThat(interrupted).isNotDone();
        model.mayLeave.countDown();
        assertThat(request.get(30, TimeUnit.SECONDS).outputs()).containsKey("y");
        assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(model.closes).hasValue(1);
        assertThat(model.terminated.getCount()).as("not asked to stop").isEqualTo(1);
    }

    private static void awaitUninterrupted(Thread thread) {
        while (thread.isInterrupted()) {
            Thread.onSpinWait();
        }
        awaitWaiting(thread);
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void swap_endlessModel_isStoppedAfterTheTimeout() throws Exception {
        byte[] endless = OnnxModels.endlessLoop();
        assertThat(endless).hasSizeLessThan(300);
        try (ModelServer server = ModelServer.builder()
                .serve(NAME, OnnxModels.verified("slow:1", endless))
                .warmUp(WarmUp.none())
                .drainTimeout(Duration.ofMillis(200))
                .start()) {
            CompletableFuture<Prediction> request = async(() -> server.predict(NAME, X));
            awaitLease(server);
            server.swap(NAME, OnnxModels.verified("slow:2", OnnxModels.linear(1, 1, 1)));
            assertThatThrownBy(() -> request.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InferenceException.class);
            assertThat(server.predict(NAME, X).version()).isEqualTo(NAME.version(2));
        }
    }

    @Test
    void refresh_versionThatComesBackWhileItDrains_keepsItsMeters() throws Exception {
        var registry = new SimpleMeterRegistry();
        var third = new FakeModel();
        third.mayLeave.countDown();
        second.mayLeave.countDown();
        var source = new FakeSource(version -> ANY).move(CHAMPION, 1);
        try (ModelServer server = ModelServer.of(source)
                .serve(CHAMPION)
                .runtime(FakeModel.runtime(first, second, third))
                .warmUp(WarmUp.none())
                .meters(registry)
                .start()) {
            CompletableFuture<Prediction> request = async(() -> server.predict(NAME, FakeModel.REQUEST));
            first.entered.await();
            source.move(CHAMPION, 2);
            CompletableFuture<?> away = async(() -> server.refresh(NAME));
            awaitVersion(server, 2);
            source.move(CHAMPION, 1);
            server.refresh(NAME);
            first.mayLeave.countDown();
            away.get(30, TimeUnit.SECONDS);
            request.get(30, TimeUnit.SECONDS);
            server.predict(NAME, FakeModel.REQUEST);
            assertThat(registry.get("mlops.inference").timers()).hasSize(1);
            assertThat(registry.get("mlops.inference")
                            .tag("version", "1")
                            .timer()
                            .count())
                    .isEqualTo(2);
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void start_endlessModel_isRejectedByItsWarmUp() {
        var builder = ModelServer.builder()
                .serve(NAME, OnnxModels.verified("slow:1", OnnxModels.endlessLoop()))
                .warmUp(WarmUp.madeUp().within(Duration.ofMillis(200)));
        assertThatThrownBy(builder::start)
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("slow:1")
                .hasMessageContaining("PT0.2S");
    }

    private ModelServer server(Duration drainTimeout) {
        return ModelServer.builder()
                .serve(NAME, ANY)
                .runtime(FakeModel.runtime(first, second))
                .warmUp(WarmUp.none())
                .drainTimeout(drainTimeout)
                .start();
    }

    private static void awaitVersion(ModelServer server, int number) {
        while (!NAME.version(number).equals(server.served().get(NAME))) {
            Thread.onSpinWait();
        }
    }

    private static void awaitLease(ModelServer server) {
        while (server.leases(NAME) == 0) {
            Thread.onSpinWait();
        }
    }

    private static <T> CompletableFuture<T> async(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, runnable -> new Thread(runnable, "caller").start());
    }
}
