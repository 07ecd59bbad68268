package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.MlopsException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interceptors and observers around predict, submit and score. */
@Timeout(60)
final class AroundTest {
    private static final ModelName NAME = ModelName.of("wrapped");

    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    @Test
    void interceptors_changeRequestsAndAnswers_inOrderAndBack() {
        try (ModelServer server = builder()
                .interceptedBy(adding("a", 1))
                .interceptedBy(adding("b", 10))
                .start()) {
            assertThat(server.predict(NAME, inputs(1)).tensor("y").floats()).containsExactly(2 * 12 + 11);
            assertThat(heard).containsExactly("a 1.0", "b 2.0", "b back 12.0", "a back 2.0");
            assertThat(server.submit(NAME, Request.of(inputs(2)))
                            .toCompletableFuture()
                            .join()
                            .tensor("y")
                            .floats())
                    .containsExactly(2 * 13 + 11);
            heard.clear();
            assertThat(server.score(NAME, new float[] {1})).isEqualTo(35);
            float[] out = new float[2];
            server.score(NAME, new float[] {1}, out);
            assertThat(out).containsExactly(35, 0);
            assertThat(heard).hasSize(8);
        }
    }

    @Test
    @SuppressWarnings("NullAway") // what is tried
    void score_nothing_isRefusedAndLeavesNoLease() {
        try (ModelServer server = builder().interceptedBy(new Interceptor() {}).start()) {
            assertThatThrownBy(() -> server.score(NAME, null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> server.score(NAME, new float[1], null)).isInstanceOf(NullPointerException.class);
            assertThat(server.leases(NAME)).isZero();
        }
    }

    @Test
    void interceptor_thatThrows_failsTheCallWithItsName() {
        Interceptor broken = new Interceptor() {
            @Override
            public Request before(ModelName model, Request request) {
                throw new IllegalStateException("no\nway");
            }
        };
        try (ModelServer server = builder().interceptedBy(broken).start()) {
            assertThatThrownBy(() -> server.predict(NAME, inputs(1)))
                    .isInstanceOf(InterceptorException.class)
                    .isInstanceOf(MlopsException.class)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("AroundTest")
                    .hasMessageContaining("no\\nway")
                    .hasMessageContaining("wrapped");
            assertThatThrownBy(() -> server.score(NAME, new float[] {1})).isInstanceOf(InterceptorException.class);
            assertThat(server.submit(NAME, Request.of(inputs(1))))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(InterceptorException.class);
            assertThat(server.leases(NAME)).isZero();
        }
    }

    @Test
    void interceptor_thatThrowsAfterwards_failsTheCall() {
        Interceptor refusing = new Interceptor() {
            @Override
            public Prediction after(ModelName model, Request request, Prediction prediction) {
                throw new RejectedInputException("not for you");
            }
        };
        try (ModelServer server = builder().interceptedBy(refusing).start()) {
            assertThatThrownBy(() -> server.predict(NAME, inputs(1)))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessage("not for you");
            assertThat(server.submit(NAME, Request.of(inputs(1))))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(RejectedInputException.class);
        }
    }

    @Test
    void interceptor_ofASubmittedRequest_runsOnTheCallersThreadAndThenTheServers() {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        Interceptor watching = new Interceptor() {
            @Override
            public Request before(ModelName model, Request request) {
                threads.add(Thread.currentThread());
                return request;
            }

            @Override
            public Prediction after(ModelName model, Request request, Prediction prediction) {
                threads.add(Thread.currentThread());
                return prediction;
            }
        };
        try (ModelServer server = builder().interceptedBy(watching).start()) {
            server.predict(NAME, inputs(1));
            assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
            threads.clear();
        }
        var model = new FakeModel();
        try (ModelServer server = slow(model).interceptedBy(watching).start()) {
            submitAndWait(server, model);
            assertThat(threads).hasSize(2).first().isSameAs(Thread.currentThread());
            assertThat(threads.get(1)).isInstanceOf(WorkerThread.class);
        }
    }

    @Test
    void interceptor_thatThrowsAnError_isNotContained() {
        Interceptor broken = new Interceptor() {
            @Override
            public Request before(ModelName model, Request request) {
                throw new AssertionError("broken");
            }
        };
        try (ModelServer server = builder().interceptedBy(broken).start()) {
            assertThatThrownBy(() -> server.predict(NAME, inputs(1))).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> server.submit(NAME, Request.of(inputs(1)))).isInstanceOf(AssertionError.class);
            assertThat(server.leases(NAME)).isZero();
        }
    }

    /** A submitted call that ends at once ends on its caller's thread; this one does not. */
    private static void submitAndWait(ModelServer server, FakeModel model) {
        var answer = server.submit(NAME, Request.of(FakeModel.REQUEST));
        model.mayLeave.countDown();
        answer.toCompletableFuture().join();
    }

    private static ModelServerBuilder slow(FakeModel model) {
        return ModelServer.builder()
                .serve(NAME, OnnxModels.verified("wrapped:1", new byte[] {1}))
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none());
    }

    @Test
    void observer_ofASubmittedRequest_hearsTheEndOnTheServersThread() {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        CallObserver observer = model -> {
            threads.add(Thread.currentThread());
            return new CallObserver.Observed() {
                @Override
                public void keyValue(String key, String value) {}

                @Override
                public void error(Throwable cause) {}

                @Override
                public void stop() {
                    threads.add(Thread.currentThread());
                }
            };
        };
        var model = new FakeModel();
        try (ModelServer server = slow(model).tracedBy(observer).start()) {
            submitAndWait(server, model);
            assertThat(threads).hasSize(2).first().isSameAs(Thread.currentThread());
            assertThat(threads.get(1)).isInstanceOf(WorkerThread.class);
        }
    }

    @Test
    void observer_hearsOfEachCallOnce() {
        try (ModelServer server = builder().tracedBy(this::listen).start()) {
            server.predict(NAME, inputs(1));
            assertThat(heard)
                    .containsExactly(
                            "start wrapped", "mlops.model=wrapped", "mlops.version=1", "mlops.outcome=ok", "stop");
            heard.clear();
            assertThatThrownBy(() -> server.predict(NAME, inputs(-1))).isInstanceOf(InferenceException.class);
            assertThat(heard)
                    .containsExactly(
                            "start wrapped",
                            "mlops.model=wrapped",
                            "mlops.outcome=failed",
                            "error InferenceException",
                            "stop");
            heard.clear();
            server.submit(NAME, Request.of(inputs(-1)))
                    .exceptionally(e -> null)
                    .toCompletableFuture()
                    .join();
            assertThat(heard).containsSequence("mlops.outcome=failed", "error InferenceException", "stop");
            heard.clear();
            assertThat(server.score(NAME, new float[] {4})).isEqualTo(8);
            assertThat(heard).endsWith("mlops.outcome=ok", "stop");
        }
    }

    @Test
    void observer_thatThrows_doesNotTouchTheCall() {
        try (ModelServer server = builder()
                .tracedBy(model -> {
                    throw new IllegalStateException("broken at the start");
                })
                .tracedBy(model -> new CallObserver.Observed() {
                    @Override
                    public void keyValue(String key, String value) {
                        throw new IllegalStateException("broken at a key");
                    }

                    @Override
                    public void error(Throwable cause) {}

                    @Override
                    public void stop() {
                        heard.add("stop");
                        throw new AssertionError("broken at the end");
                    }
                })
                .start()) {
            assertThat(server.predict(NAME, inputs(1)).tensor("y").floats()).containsExactly(2);
            assertThat(heard).containsExactly("stop");
        }
    }

    private CallObserver.Observed listen(ModelName model) {
        heard.add("start " + model);
        return new CallObserver.Observed() {
            @Override
            public void keyValue(String key, String value) {
                heard.add(key + "=" + value);
            }

            @Override
            public void error(Throwable cause) {
                heard.add("error " + cause.getClass().getSimpleName());
            }

            @Override
            public void stop() {
                heard.add("stop");
            }
        };
    }

    private Interceptor adding(String name, float number) {
        return new Interceptor() {
            @Override
            public Request before(ModelName model, Request request) {
                float x = ((Tensor) request.inputs().values().iterator().next()).floats()[0];
                heard.add(name + " " + x);
                return Request.of(inputs(x + number));
            }

            @Override
            public Prediction after(ModelName model, Request request, Prediction prediction) {
                heard.add(name + " back "
                        + ((Tensor) request.inputs().values().iterator().next()).floats()[0]);
                float y = prediction.tensor("y").floats()[0] + number;
                return new Prediction(
                        prediction.id(), prediction.version(), Map.of("y", Tensor.ofFloats(new float[] {y}, 1, 1)));
            }
        };
    }

    private static Map<String, Value> inputs(float x) {
        return SimulatedModel.request(x);
    }

    private static ModelServerBuilder builder() {
        return ModelServer.builder()
                .warmUp(WarmUp.none())
                .runtime(FakeModel.runtime(new SimulatedModel(0, 0)))
                .serve(NAME, OnnxModels.verified("wrapped:1", new byte[] {1}));
    }
}
