package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.NotFoundException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who hears of an answer on a worker submits again there, and waits for that. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SubmitOnWorkerTest {
    private static final ModelName NAME = ModelName.of("nested");
    private static final Request REQUEST = Request.of(SimulatedModel.request(1));
    private static final Map<String, Value> ANSWER =
            Map.of("y", requireNonNull(REQUEST.inputs().get("x")));
    private static final int WORKERS = Runtime.getRuntime().availableProcessors();

    private final GatedModel model = new GatedModel();

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
                new Way("cached", builder -> builder.caching(Caching.upTo(1 << 20))));
    }

    private ModelServer serve(Consumer<ModelServerBuilder> setUp) {
        ModelServerBuilder builder = ModelServer.builder()
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none())
                .drainTimeout(Duration.ofDays(1))
                .serve(NAME, OnnxModels.verified("nested:1", new byte[] {1}));
        setUp.accept(builder);
        return builder.start();
    }

    private static <T> CompletableFuture<T> inTime(CompletionStage<T> stage) {
        return stage.toCompletableFuture().copy().orTimeout(15, TimeUnit.SECONDS);
    }

    /** Does it while the model is shut, and opens it whatever happens; a server that hangs is left alone. */
    private void whileShut(Runnable what) {
        model.shut();
        try {
            what.run();
        } finally {
            model.open();
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void callbacksThatJoinWhatTheySubmit_onAllWorkers_areAnswered(Way way) throws Exception {
        ModelServer server = serve(way.setUp());
        List<CompletionStage<Map<String, Value>>> answers = new ArrayList<>();
        whileShut(() -> {
            for (int i = 0; i < 2 * WORKERS; i++) {
                Request other = Request.of(SimulatedModel.request(-i));
                answers.add(server.submit(NAME, other).thenApply(first -> server.submit(NAME, REQUEST)
                        .toCompletableFuture()
                        .join()
                        .outputs()));
            }
        });
        for (CompletionStage<Map<String, Value>> answer : answers) {
            assertThat(inTime(answer).get()).isEqualTo(ANSWER);
        }
        assertThat(server.leases(NAME)).isZero();
        server.close();
    }

    @Test
    void functionsThatJoinWhatTheySubmit_onAllWorkers_areAnswered() throws Exception {
        var asked = new AtomicReference<ModelServer>();
        var ensemble = Ensemble.of(
                "nesting",
                List.of(
                        Step.function(
                                        "one",
                                        in -> requireNonNull(asked.get())
                                                .submit(NAME, REQUEST)
                                                .toCompletableFuture()
                                                .join()
                                                .outputs(),
                                        "y")
                                .bind("n", Wire.request("n")),
                        Step.model("two", NAME).bind("x", Wire.step("one", "y"))),
                Map.of("y", Wire.step("two", "y")));
        var nested = Ensemble.of(
                "nested",
                List.of(
                        Step.function(
                                        "one",
                                        in -> requireNonNull(asked.get())
                                                .submit(ensemble, Request.of(Map.of("n", requireNonNull(in.get("n")))))
                                                .toCompletableFuture()
                                                .join()
                                                .outputs(),
                                        "y")
                                .bind("n", Wire.request("n")),
                        Step.model("two", NAME).bind("x", Wire.step("one", "y"))),
                Map.of("y", Wire.step("two", "y")));
        ModelServer server = serve(builder -> builder.ensemble(ensemble).ensemble(nested));
        asked.set(server);
        List<CompletionStage<EnsemblePrediction>> answers = new ArrayList<>();
        Request request = Request.of(Map.of("n", requireNonNull(REQUEST.inputs().get("x"))));
        for (int i = 0; i < 2 * WORKERS; i++) {
            answers.add(server.submit(nested, request));
        }
        for (CompletionStage<EnsemblePrediction> answer : answers) {
            assertThat(inTime(answer).get().outputs()).isEqualTo(ANSWER);
        }
        server.close();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void loopOfCallbacks_longerThanAnyStack_ends(Way way) throws Exception {
        ModelServer server = serve(way.setUp());
        var stage = new AtomicReference<CompletionStage<Integer>>();
        whileShut(() -> stage.set(server.submit(NAME, Request.of(SimulatedModel.request(2)))
                .thenCompose(first -> rounds(server, 5_000))));
        assertThat(inTime(requireNonNull(stage.get())).get()).isEqualTo(5_000);
        assertThat(server.leases(NAME)).isZero();
        server.close();
    }

    private static CompletionStage<Integer> rounds(ModelServer server, int left) {
        return left == 0
                ? CompletableFuture.completedFuture(0)
                : server.submit(NAME, REQUEST)
                        .thenCompose(answer -> rounds(server, left - 1))
                        .thenApply(rounds -> rounds + 1);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void callbackThatJoinsDeepInTheStack_isAnswered(Way way) throws Exception {
        ModelServer server = serve(way.setUp());
        List<CompletionStage<Map<String, Value>>> answers = new ArrayList<>();
        whileShut(() -> {
            for (int i = 0; i < 2 * WORKERS; i++) {
                Request other = Request.of(SimulatedModel.request(-i));
                answers.add(server.submit(NAME, other).thenApply(first -> deep(server, 2_000)));
            }
        });
        for (CompletionStage<Map<String, Value>> answer : answers) {
            assertThat(inTime(answer).get()).isEqualTo(ANSWER);
        }
        server.close();
    }

    private static Map<String, Value> deep(ModelServer server, int frames) {
        return frames == 0
                ? server.submit(NAME, REQUEST).toCompletableFuture().join().outputs()
                : deep(server, frames - 1);
    }

    /** What fails at once fails the stage; but for what {@code submit} throws at once anywhere. */
    @ParameterizedTest
    @MethodSource("ways")
    @SuppressWarnings("FutureReturnValueIgnored") // it is the stage's value, and looked at
    void submittedOnAWorker_whatFails_failsTheStage(Way way) throws Exception {
        ModelServer server = serve(way.setUp());
        var stage = new AtomicReference<CompletionStage<CompletableFuture<Prediction>>>();
        var unknown = new AtomicReference<Throwable>();
        whileShut(() -> stage.set(server.submit(NAME, REQUEST).thenApply(first -> {
            try {
                server.submit(ModelName.of("unknown"), REQUEST);
            } catch (NotFoundException e) {
                unknown.set(e);
            }
            return server.submit(NAME, Request.of(SimulatedModel.request(5)).within(Duration.ofNanos(1)))
                    .toCompletableFuture();
        })));
        CompletableFuture<Prediction> late = inTime(requireNonNull(stage.get())).get();
        assertThatThrownBy(() -> late.get(15, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(DeadlineExceededException.class);
        assertThat(unknown.get()).hasMessageContaining("unknown");
        assertThat(server.leases(NAME)).isZero();
        server.close();
    }

    @Test
    void submittedOnAWorker_closedServer_throwsAtOnce() throws Exception {
        ModelServer server = serve(builder -> {});
        var stage = new AtomicReference<CompletionStage<Throwable>>();
        whileShut(() -> stage.set(server.submit(NAME, REQUEST).thenApply(first -> {
            server.close();
            try {
                return server.submit(NAME, REQUEST)
                        .toCompletableFuture()
                        .handle((answer, e) -> e)
                        .join();
            } catch (IllegalStateException e) {
                return e;
            }
        })));
        assertThat(inTime(requireNonNull(stage.get())).get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
