package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ModelName;
import java.io.IOError;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ensembles whose callers do not wait: what overlaps, how it ends, and that nothing stays behind. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EnsembleSubmitTest {
    private static final ModelName FRONT = ModelName.of("front");
    private static final ModelName LEFT = ModelName.of("left");
    private static final ModelName RIGHT = ModelName.of("right");
    private static final ModelName LAST = ModelName.of("last");
    private static final List<ModelName> ALL = List.of(FRONT, LEFT, RIGHT, LAST);

    /** Front, then left and right side by side, their mean, and then what is last. */
    private static final Ensemble DIAMOND = Ensemble.of(
            "diamond",
            List.of(
                    Step.model("front", FRONT).bind("x", Wire.request("n")),
                    Step.model("left", LEFT).bind("x", Wire.step("front", "y")),
                    Step.model("right", RIGHT).bind("x", Wire.step("front", "y")),
                    Step.average("mean", Wire.step("left", "y"), Wire.step("right", "y")),
                    Step.model("last", LAST).bind("x", Wire.step("mean", Step.AVERAGE))),
            Map.of("y", Wire.step("last", "y")));

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final GatedModel front = new GatedModel();
    private final GatedModel left = new GatedModel();
    private final GatedModel right = new GatedModel();
    private final GatedModel last = new GatedModel();

    @AfterEach
    void noMeterIsLeft() {
        assertThat(meters.getMeters()).isEmpty();
    }

    private ModelServerBuilder serve(LoadedModel... more) {
        List<LoadedModel> models = new ArrayList<>(List.of(front, left, right, last));
        Collections.addAll(models, more);
        ModelServerBuilder builder = ModelServer.builder()
                .runtime(FakeModel.runtime(models.toArray(LoadedModel[]::new)))
                .warmUp(WarmUp.none())
                .drainTimeout(Duration.ofDays(1))
                .overload(Overload.standard().instances(1)) // each model has threads of its own
                .meters(meters)
                .ensemble(DIAMOND);
        ALL.forEach(name -> builder.serve(name, OnnxModels.verified(name.value(), new byte[] {1})));
        return builder;
    }

    private static Request request() {
        return Request.of(EnsembleTest.rows(3));
    }

    private static CompletableFuture<EnsemblePrediction> submit(ModelServer server, Request request) {
        return server.submit(DIAMOND, request).toCompletableFuture();
    }

    private static long leases(ModelServer server) {
        return ALL.stream().mapToLong(server::leases).sum();
    }

    private long count(String outcome) {
        return meters.get(EnsembleMeters.TIMER)
                .tags("ensemble", "diamond", "outcome", outcome)
                .timer()
                .count();
    }

    @Test
    void submit_independentSteps_overlap() throws Exception {
        var seen = new CompletableFuture<Long>();
        var server = new AtomicReference<ModelServer>();
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        try (ModelServer one = serve().observedBy(inference -> {
                    heard.add(inference.version().model().value());
                    seen.complete(leases(requireNonNull(server.get())));
                })
                .start()) {
            server.set(one);
            left.shut();
            right.shut();
            CompletableFuture<EnsemblePrediction> answer = submit(one, request());
            right.awaitRun();
            left.awaitRun(); // both are inside
            assertThat(answer).isNotDone();
            assertThat(leases(one)).isEqualTo(4);
            right.open();
            left.open();
            EnsemblePrediction prediction = answer.get();
            assertThat(prediction.tensor("y").floats()).containsExactly(3);
            assertThat(prediction.steps().keySet()).containsExactly("front", "left", "right", "last");
            assertThat(prediction.versions().values()).allMatch(version -> version.number() == 1);
            assertThat(heard).containsExactlyInAnyOrder("front", "left", "right", "last");
            assertThat(seen.get()).as("leases when listeners hear").isZero();
            assertThat(leases(one)).isZero();
            assertThat(count("ok")).isEqualTo(1);
            one.predict(DIAMOND, request());
            assertThat(count("ok")).isEqualTo(2);
        }
    }

    @Test
    void submit_listenerThrowsAnErrorOfItsOwn_failsAndLeavesNothing() {
        try (ModelServer server = serve().observedBy(inference -> {
                    throw new IOError(new IOException("the host's"));
                })
                .start()) {
            assertThatThrownBy(() -> submit(server, request()).get()).hasCauseInstanceOf(IOError.class);
            assertThat(leases(server)).isZero();
            assertThat(count("failed")).isEqualTo(1);
        }
    }

    @Test
    void submit_observerThrowsAnErrorOfItsOwn_isAnswered() throws Exception {
        try (ModelServer server =
                serve().tracedBy(model -> new BrokenObserver()).start()) {
            assertThat(submit(server, request()).get().tensor("y").floats()).containsExactly(3);
            assertThat(leases(server)).isZero();
        }
    }

    private static final class BrokenObserver implements CallObserver.Observed {
        @Override
        public void keyValue(String key, String value) {}

        @Override
        public void error(Throwable cause) {}

        @Override
        public void stop() {
            throw new IOError(new IOException("the host's"));
        }
    }

    @Test
    void submit_stepFails_failsAtOnceAndHoldsTheLeasesUntilTheOthersEnd() throws Exception {
        var heard = new CountDownLatch(2);
        try (ModelServer server =
                serve().observedBy(inference -> heard.countDown()).start()) {
            left.shut();
            right.shut();
            last.shut();
            CompletableFuture<EnsemblePrediction> answer = submit(server, request());
            left.awaitRun();
            right.awaitRun();
            interrupt(left);
            assertThatThrownBy(answer::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(InferenceException.class)
                    .hasMessageStartingWith("Cannot answer ensemble diamond: step left failed");
            assertThat(leases(server)).as("right still runs").isEqualTo(4);
            assertThat(count("failed")).isEqualTo(1);
            right.open();
            assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(leases(server)).isZero();
            assertThat(last.runs()).isEmpty();
        }
    }

    /** Makes its run fail. */
    private static void interrupt(GatedModel model) throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("mlops-inference-left")) {
                thread.interrupt();
            }
        }
        model.awaitStopped();
    }

    @Test
    void submit_stepTakesTooLong_endsAtTheDeadlineOfTheWhole() throws Exception {
        try (ModelServer server = serve().start()) {
            right.shut();
            CompletableFuture<EnsemblePrediction> answer =
                    submit(server, request().within(Duration.ofMillis(200)));
            assertThatThrownBy(answer::get)
                    .cause()
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("ensemble diamond: step right failed");
            assertThat(count("late")).isEqualTo(1);
            assertThat(leases(server)).isZero();
            assertThat(last.runs()).isEmpty();
        }
    }

    @Test
    void submit_modelsAreSwappedMeanwhile_keepsItsSnapshot() throws Exception {
        var newLast = new GatedModel();
        try (ModelServer server = serve(newLast).start()) {
            right.shut();
            CompletableFuture<EnsemblePrediction> answer = submit(server, request());
            right.awaitRun();
            newLast.shut();
            var swapped =
                    CompletableFuture.supplyAsync(() -> server.swap(LAST, OnnxModels.verified("last", new byte[] {2})));
            while (!LAST.version(2).equals(server.served().get(LAST))) {
                Thread.onSpinWait();
            }
            assertThat(swapped).as("waits for the ensemble").isNotDone();
            right.open();
            assertThat(answer.get().versions()).containsEntry(LAST, LAST.version(1));
            assertThat(swapped.get()).isEqualTo(LAST.version(2));
            assertThat(newLast.runs()).isEmpty();
            assertThat(leases(server)).isZero();
        }
    }

    @Test
    void submit_interceptorAndCallbackThatSwap_doNotWaitForThemselves() throws Exception {
        List<Runnable> swapping = new ArrayList<>();
        var once = new AtomicReference<Thread>();
        try (ModelServer server = serve(new GatedModel(), new GatedModel())
                .interceptedBy(new Interceptor() {
                    @Override
                    public Request before(ModelName model, Request request) {
                        if (once.compareAndSet(null, Thread.currentThread())) {
                            swapping.get(0).run();
                        }
                        return request;
                    }
                })
                .start()) {
            swapping.add(() -> server.swap(LAST, OnnxModels.verified("last", new byte[] {2})));
            CompletableFuture<Integer> then = submit(server, request()).thenApply(answer -> {
                swapping.get(0).run();
                return answer.steps().size();
            });
            assertThat(then.get()).isEqualTo(4);
            assertThat(once.get()).isSameAs(Thread.currentThread());
            assertThat(server.served()).containsEntry(LAST, LAST.version(3));
        }
    }

    @Test
    void submit_badRequestOrFunction_failsTheStageAndLeavesNoLease() {
        var failing = Ensemble.of(
                "failing",
                List.of(
                        Step.function(
                                        "one",
                                        in -> {
                                            throw new IllegalStateException("no\nluck");
                                        },
                                        "y")
                                .bind("y", Wire.request("n")),
                        Step.model("two", LEFT).bind("x", Wire.step("one", "y"))),
                Map.of("y", Wire.step("two", "y")));
        ModelServer closed;
        try (ModelServer server = serve().ensemble(failing).start()) {
            assertThatThrownBy(server.submit(failing, request()).toCompletableFuture()::get)
                    .cause()
                    .isInstanceOf(InferenceException.class)
                    .hasMessageStartingWith("Cannot answer ensemble failing: step one failed: ")
                    .hasMessageContaining("no\\nluck");
            assertThatThrownBy(submit(server, Request.of(FakeModel.REQUEST))::get)
                    .cause()
                    .isInstanceOf(RejectedInputException.class);
            assertThat(count("rejected")).isEqualTo(1);
            var unknown = Ensemble.of(
                    "unknown",
                    List.of(Step.model("one", LEFT).bind("x", Wire.request("n"))),
                    Map.of("y", Wire.step("one", "y")));
            assertThatThrownBy(() -> server.submit(unknown, request()))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("unknown");
            assertThat(leases(server)).isZero();
            closed = server;
        }
        assertThatThrownBy(() -> closed.submit(DIAMOND, request()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void close_whileAnEnsembleRuns_waitsForIt() throws Exception {
        CompletableFuture<EnsemblePrediction> answer;
        CompletableFuture<Void> closing;
        ModelServer server = serve().start();
        right.shut();
        answer = submit(server, request());
        right.awaitRun();
        closing = CompletableFuture.runAsync(server::close);
        while (!server.served().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(closing).isNotDone();
        right.open();
        assertThat(answer.get().tensor("y").floats()).containsExactly(3);
        closing.get();
    }

    @Test
    void close_inACallback_letsEnsemblesUnderWayEnd() throws Exception {
        try (ModelServer server = serve().start()) {
            front.shut();
            last.shut();
            try {
                CompletableFuture<EnsemblePrediction> answer = submit(server, request());
                front.awaitRun();
                var closed = new CompletableFuture<Boolean>();
                Runnable close = server::close;
                server.submit(
                                LAST,
                                Request.of(Map.of(
                                        "x", requireNonNull(EnsembleTest.rows(3).get("n")))))
                        .whenComplete((prediction, e) -> {
                            closed.complete(WorkerThread.isCurrent());
                            close.run();
                        });
                last.awaitRun();
                last.open(); // not before the callback is there, or else this thread would call it
                assertThat(closed.get(20, TimeUnit.SECONDS)).as("on a worker").isTrue();
                awaitClosed(server);
                front.open();
                assertThat(answer.get(20, TimeUnit.SECONDS).tensor("y").floats())
                        .containsExactly(3);
                assertThat(leases(server)).isZero();
            } finally {
                last.open();
                front.open();
            }
        }
    }

    /** The meters go last. */
    private void awaitClosed(ModelServer server) {
        while (!server.served().isEmpty() || meters.find(EnsembleMeters.TIMER).timer() != null) {
            Thread.onSpinWait();
        }
    }
}
