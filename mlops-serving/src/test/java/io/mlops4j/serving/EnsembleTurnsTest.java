package io.mlops4j.serving;

import static io.mlops4j.serving.WeighedRuntime.X;
import static io.mlops4j.serving.WeighedRuntime.model;
import static io.mlops4j.serving.WeighedRuntime.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ModelName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ensembles whose models are evicted for each other do not wait for each other for ever. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EnsembleTurnsTest {
    private static final int TIMES = 50;
    private static final Ensemble AB = pair("a", "b");
    private static final Ensemble CB = pair("c", "b");

    private final WeighedRuntime runtime = new WeighedRuntime();
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @AfterEach
    void nothingIsLeft() {
        callers.shutdownNow();
        assertThat(runtime.closedUnderACall).isFalse();
        assertThat(runtime.closed).hasValue(runtime.opened.get());
    }

    private static Ensemble pair(String first, String second) {
        return Ensemble.of(
                first + second,
                List.of(
                        Step.model("first", name(first)).bind("x", Wire.request("x")),
                        Step.model("second", name(second)).bind("x", Wire.step("first", "y"))),
                Map.of("y", Wire.step("second", "y")));
    }

    /** Four models of 100, of which two fit; which two are in memory at the start depends on nothing but their order. */
    private ModelServer serve(Ensemble... ensembles) {
        return builder(ensembles).start();
    }

    private ModelServerBuilder builder(Ensemble... ensembles) {
        ModelServerBuilder builder = ModelServer.builder()
                .runtime(runtime)
                .warmUp(WarmUp.none())
                .drainTimeout(Duration.ofSeconds(5))
                .memory(MemoryBudget.ofBytes(250).measuredBy(runtime));
        for (String name : List.of("a", "b", "c", "d")) {
            builder.serve(name(name), model(name, 100, 1));
        }
        List.of(ensembles).forEach(builder::ensemble);
        return builder;
    }

    private static long leases(ModelServer server) {
        return Stream.of("a", "b", "c", "d")
                .mapToLong(name -> server.leases(name(name)))
                .sum();
    }

    private static Request request() {
        return Request.of(X);
    }

    @Test
    void predict_twoPairsThatDoNotFitTogether_answersAll() throws Exception {
        try (ModelServer server = serve(AB, CB)) {
            assertAllAnswered(server, ensemble -> server.predict(ensemble, request()));
        }
    }

    @Test
    void submit_twoPairsThatDoNotFitTogether_answersAll() throws Exception {
        try (ModelServer server = serve(AB, CB)) {
            assertAllAnswered(server, ensemble -> server.submit(ensemble, request())
                    .toCompletableFuture()
                    .join());
        }
    }

    private void assertAllAnswered(ModelServer server, Function<Ensemble, EnsemblePrediction> ask) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (Ensemble ensemble : List.of(AB, CB)) {
            all.add(callers.submit(() -> {
                for (int i = 0; i < TIMES; i++) {
                    assertThat(ask.apply(ensemble).tensor("y").floats()).containsExactly(1);
                }
            }));
        }
        for (Future<?> one : all) {
            one.get(50, TimeUnit.SECONDS);
        }
        assertThat(leases(server)).isZero();
    }

    @Test
    void predict_singleModelAsLargeAsAPair_answersAll() throws Exception {
        ModelName big = name("big");
        try (ModelServer server =
                builder(AB, CB).serve(big, model("big", 200, 1)).start()) {
            Future<?> alone = callers.submit(() -> {
                for (int i = 0; i < TIMES; i++) {
                    server.predict(big, X);
                }
            });
            assertAllAnswered(server, ensemble -> server.predict(ensemble, request()));
            alone.get(50, TimeUnit.SECONDS);
        }
    }

    @Test
    void submit_manyAtOnce_answersAllAndGivesEveryLeaseBack() throws Exception {
        try (ModelServer server = serve(AB, CB)) {
            List<CompletableFuture<EnsemblePrediction>> all = new ArrayList<>();
            for (int i = 0; i < TIMES; i++) {
                all.add(server.submit(i % 2 == 0 ? AB : CB, request()).toCompletableFuture());
            }
            for (CompletableFuture<EnsemblePrediction> one : all) {
                assertThat(one.get(50, TimeUnit.SECONDS).tensor("y").floats()).containsExactly(1);
            }
            assertThat(leases(server)).isZero();
        }
    }

    @Test
    void predict_whileAnotherWaitsForItsModels_keepsItsDeadlineOrPassesBy() throws Exception {
        Ensemble loaded = pair("d", "c");
        try (ModelServer server = serve(AB, CB, loaded)) {
            runtime.shutLoads();
            try {
                Future<EnsemblePrediction> first = callers.submit(() -> server.predict(AB, request()));
                runtime.awaitLoad();
                Request hasty = request().within(Duration.ofMillis(20));
                assertThatThrownBy(() -> server.predict(CB, hasty))
                        .isInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("came first");
                assertThatThrownBy(() ->
                                server.submit(CB, hasty).toCompletableFuture().get(20, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("came first");
                assertThat(first).isNotDone();
                CompletableFuture<EnsemblePrediction> next =
                        server.submit(CB, request()).toCompletableFuture();
                runtime.openLoads();
                assertThat(first.get(20, TimeUnit.SECONDS).tensor("y").floats()).containsExactly(1);
                assertThat(next.get(20, TimeUnit.SECONDS).tensor("y").floats()).containsExactly(1);
            } finally {
                runtime.openLoads();
            }
            assertThat(server.predict(CB, request()).tensor("y").floats()).containsExactly(1);
            assertThat(leases(server)).isZero();
        }
    }

    @Test
    void predict_allLoaded_passesByWhoWaits() throws Exception {
        Ensemble single = Ensemble.of(
                "single",
                List.of(Step.model("only", name("d")).bind("x", Wire.request("x"))),
                Map.of("y", Wire.step("only", "y")));
        try (ModelServer server = serve(AB, single)) {
            server.predict(single, request());
            runtime.shutLoads();
            try {
                Future<EnsemblePrediction> first = callers.submit(() -> server.predict(AB, request()));
                runtime.awaitLoad(); // "c" was evicted for it: "d" was used
                EnsemblePrediction answer =
                        server.submit(single, request()).toCompletableFuture().get(20, TimeUnit.SECONDS);
                assertThat(answer.tensor("y").floats()).containsExactly(1);
                assertThat(first).isNotDone();
                runtime.openLoads();
                first.get(20, TimeUnit.SECONDS);
            } finally {
                runtime.openLoads();
            }
        }
    }

    @Test
    void close_whileEnsemblesWaitForTheirTurn_failsThem() throws Exception {
        ModelServer server = serve(AB, CB);
        runtime.shutLoads();
        List<CompletableFuture<EnsemblePrediction>> all = new ArrayList<>();
        Future<?> close;
        try {
            for (int i = 0; i < 5; i++) {
                all.add(server.submit(i % 2 == 0 ? AB : CB, request()).toCompletableFuture());
            }
            runtime.awaitLoad();
            close = callers.submit(server::close);
        } finally {
            runtime.openLoads();
        }
        close.get(20, TimeUnit.SECONDS);
        for (CompletableFuture<EnsemblePrediction> one : all) {
            one.handle((answer, e) -> "ended").get(20, TimeUnit.SECONDS);
        }
        assertThat(leases(server)).isZero();
    }
}
