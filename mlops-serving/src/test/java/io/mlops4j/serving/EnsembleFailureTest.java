package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.inference.Inference;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How ensembles end that do not answer, and that nothing stays behind: with a lease left a server would never close. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EnsembleFailureTest {
    private static final ModelName A = ModelName.of("a");
    private static final ModelName B = ModelName.of("b");
    private static final Wire N = Wire.request("n");
    private static final Ensemble CHAIN = chain(Step.model("one", A).bind("x", N));

    /** The step, and then B. */
    private static Ensemble chain(Step one) {
        return Ensemble.of(
                "chain",
                List.of(one, Step.model("two", B).bind("x", Wire.step("one", "y"))),
                Map.of("y", Wire.step("two", "y")));
    }

    private static Ensemble chain(UnaryOperator<Map<String, Value>> function) {
        return chain(Step.function("one", function, "y").bind("y", N));
    }

    /** A and B are {@code y = x}. */
    private static ModelServerBuilder serve(Ensemble ensemble, LoadedModel a, LoadedModel b) {
        return ModelServer.builder()
                .runtime(FakeModel.runtime(a, b))
                .warmUp(WarmUp.none())
                .serve(A, OnnxModels.verified("a", new byte[] {1}))
                .serve(B, OnnxModels.verified("b", new byte[] {2}))
                .ensemble(ensemble);
    }

    private static Request request() {
        return Request.of(EnsembleTest.rows(1));
    }

    @Test
    void predict_failure_namesTheStepAndLeavesNoLease() {
        List<Ensemble> failing = List.of(
                chain(in -> {
                    throw new IllegalStateException("no\nluck");
                }),
                chain(in -> Map.of("z", in.get("y"))),
                chain(in -> Collections.singletonMap("y", null)),
                chain(in -> {
                    throw new RejectedInputException("not this");
                }),
                chain(in -> {
                    throw new OverloadedException("too much", Duration.ofSeconds(3));
                }));
        for (Ensemble ensemble : failing) {
            try (ModelServer server = serve(ensemble, new GatedModel(), new GatedModel())
                    .drainTimeout(Duration.ofDays(1))
                    .start()) {
                assertThatThrownBy(() -> server.predict(ensemble, request()))
                        .isInstanceOfAny(
                                InferenceException.class, RejectedInputException.class, OverloadedException.class)
                        .hasMessageStartingWith("Cannot answer ensemble chain: step one failed: ")
                        .satisfies(e -> assertThat(e.getMessage())
                                .containsAnyOf(
                                        "no\\nluck",
                                        "gave [\"z\"], expected [\"y\"]",
                                        "gave [], expected [\"y\"]",
                                        "not this",
                                        "too much"));
                assertThat(server.leases(B)).isZero();
            }
        }
    }

    @Test
    void predict_stepIsOverloaded_saysWhenToComeBack() {
        var ensemble = CHAIN;
        var interceptor = new Interceptor() {
            @Override
            public Request before(ModelName model, Request request) {
                if (model.equals(B)) {
                    throw new OverloadedException("too much", Duration.ofSeconds(3));
                }
                return request;
            }
        };
        List<Inference> heard = new ArrayList<>();
        try (ModelServer server = serve(ensemble, new GatedModel(), new GatedModel())
                .interceptedBy(interceptor)
                .observedBy(heard::add)
                .start()) {
            assertThatThrownBy(() -> server.predict(ensemble, request()))
                    .isInstanceOfSatisfying(OverloadedException.class, e -> assertThat(e.retryAfter())
                            .isEqualTo(Duration.ofSeconds(3)))
                    .hasMessageContaining("step two failed: too much");
            assertThat(heard).hasSize(1);
            assertThat(server.leases(A) + server.leases(B)).isZero();
        }
    }

    @Test
    void predict_secondStepTakesTooLong_endsAtTheDeadline() throws Exception {
        var slow = new GatedModel();
        try (ModelServer server = serve(CHAIN, new GatedModel(), slow)
                .drainTimeout(Duration.ofDays(1))
                .start()) {
            slow.shut();
            assertThatThrownBy(() -> server.predict(CHAIN, request().within(Duration.ofMillis(50))))
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("ensemble chain: step two failed");
            slow.awaitStopped();
            assertThat(server.leases(A) + server.leases(B)).isZero();
        }
    }

    @Test
    void predict_firstStepSpendsTheTime_theSecondIsNotAsked() {
        var never = new GatedModel();
        var ensemble = chain(in -> {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(30);
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            return in;
        });
        try (ModelServer server = serve(ensemble, new GatedModel(), never).start()) {
            assertThatThrownBy(() -> server.predict(ensemble, request().within(Duration.ofMillis(20))))
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("step two failed: the PT0.02S of the request were over before it began");
            assertThat(never.runs()).isEmpty();
        }
    }

    @Test
    void predict_requestOfATenant_isTreatedSoInEveryStep() {
        List<Request> asked = new ArrayList<>();
        var interceptor = new Interceptor() {
            @Override
            public Request before(ModelName model, Request request) {
                asked.add(request);
                return request.within(Duration.ofDays(1)); // the ensemble's time is still over when it is over
            }
        };
        try (ModelServer server = serve(CHAIN, new GatedModel(), new GatedModel())
                .interceptedBy(interceptor)
                .start()) {
            server.predict(
                    CHAIN,
                    request().tenant("mobile").priority(Priority.HIGH).key("k").within(Duration.ofSeconds(20)));
            assertThat(asked).hasSize(2).allSatisfy(request -> {
                assertThat(request.tenant()).isEqualTo("mobile");
                assertThat(request.priority()).isEqualTo(Priority.HIGH);
                assertThat(request.key()).contains("k");
            });
            Duration first = asked.get(0).timeout().orElseThrow();
            Duration second = asked.get(1).timeout().orElseThrow();
            assertThat(first).isLessThan(Duration.ofSeconds(20));
            assertThat(second).isLessThan(first);
        }
    }

    @Test
    void predict_listenerInterceptorAndFunctionThatSwap_doNotWaitForThemselves() {
        List<Runnable> swapping = new CopyOnWriteArrayList<>();
        var swaps = new AtomicInteger();
        var ensemble = chain(in -> {
            swapping.forEach(Runnable::run);
            return in;
        });
        var interceptor = new Interceptor() {
            @Override
            public Request before(ModelName model, Request request) {
                swapping.forEach(Runnable::run);
                return request;
            }
        };
        List<Long> leasesWhenHeard = new CopyOnWriteArrayList<>();
        List<ModelServer> servers = new CopyOnWriteArrayList<>();
        try (ModelServer server = ModelServer.builder()
                .serve(A, OnnxModels.verified("a", EnsembleTest.withConstant("Add", 0)))
                .serve(B, OnnxModels.verified("b", EnsembleTest.withConstant("Add", 0)))
                .warmUp(WarmUp.none())
                .drainTimeout(Duration.ofDays(1))
                .ensemble(ensemble)
                .interceptedBy(interceptor)
                .observedBy(inference -> {
                    servers.forEach(one -> leasesWhenHeard.add(one.leases(B)));
                    swapping.forEach(Runnable::run);
                })
                .start()) {
            servers.add(server);
            swapping.add(() -> server.swap(
                    B, OnnxModels.verified("b", EnsembleTest.withConstant("Add", swaps.incrementAndGet()))));
            EnsemblePrediction answer = server.predict(ensemble, request());
            assertThat(answer.versions()).containsEntry(B, B.version(1));
            assertThat(answer.tensor("y").floats()).containsExactly(1);
            assertThat(swaps).hasValue(3);
            assertThat(leasesWhenHeard).containsExactly(0L);
        }
    }

    @Test
    void close_whileAStepNeverEnds_stopsItAndReturns() throws Exception {
        List<Step> steps = new ArrayList<>();
        ModelServerBuilder builder = ModelServer.builder().warmUp(WarmUp.none()).drainTimeout(Duration.ofMillis(100));
        for (int i = 0; i < 4; i++) {
            ModelName quick = ModelName.of("quick" + i);
            builder.serve(quick, OnnxModels.verified("quick", OnnxModels.constant(1, i)));
            steps.add(Step.model("quick" + i, quick).bind("x", N));
        }
        builder.serve(B, OnnxModels.verified("endless", OnnxModels.endlessLoop()));
        steps.add(Step.model("last", B).bind("x", Wire.step("quick0", "y")));
        var ensemble = Ensemble.of("endless", steps, Map.of("y", Wire.step("last", "y")));
        var entered = new CompletableFuture<Void>();
        builder.interceptedBy(new Interceptor() {
            @Override
            public Request before(ModelName model, Request request) {
                if (model.equals(B)) {
                    entered.complete(null);
                }
                return request;
            }
        });
        CompletableFuture<EnsemblePrediction> caller;
        try (ModelServer server = builder.ensemble(ensemble).start()) {
            caller = CompletableFuture.supplyAsync(() -> server.predict(ensemble, request()));
            entered.get();
        }
        assertThatThrownBy(() -> caller.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InferenceException.class)
                .hasMessageContaining("step last failed");
    }
}
