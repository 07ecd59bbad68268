package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers on virtual threads, where the JVM has them: they are batched, and keep no more than one carrier. */
@Timeout(60)
final class VirtualThreadsTest {
    private static final ModelName NAME = ModelName.of("virtual");

    private final GatedModel gate = new GatedModel();
    private final Threads model = new Threads(gate);
    private ExecutorService callers = Executors.newCachedThreadPool();

    /** A model that remembers on which threads it ran. */
    private record Threads(GatedModel gate, List<Thread> seen) implements ColumnModel {
        Threads(GatedModel gate) {
            this(gate, new CopyOnWriteArrayList<>());
        }

        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            seen.add(Thread.currentThread());
            return gate.run(inputs);
        }

        @Override
        public void close() {
            gate.close();
        }

        /** From now on runs wait, and are remembered. */
        void shut() {
            gate.shut();
            seen.clear();
        }
    }

    @BeforeEach
    void makeVirtual() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads are of JDK 21 and later");
        callers = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    @AfterEach
    void stop() {
        callers.shutdownNow();
    }

    private ModelServer serve() {
        return ModelServer.builder()
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none())
                .batching(Batching.whenBusy().upTo(8))
                .overload(Overload.standard().instances(3))
                .serve(NAME, OnnxModels.verified("virtual:1", new byte[] {1}))
                .start();
    }

    @Test
    void predict_nobodyElse_runsOnTheCallersThread() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "with one carrier nobody runs on it");
        try (ModelServer server = serve()) {
            model.seen().clear();
            Thread caller = callers.submit(() -> {
                        server.predict(NAME, SimulatedModel.request(1));
                        return Thread.currentThread();
                    })
                    .get();
            assertThat(model.seen()).containsExactly(caller);
        }
    }

    @Test
    void predict_besideAnother_runsOnAWorkerThoughAnInstanceIsIdle() throws Exception {
        try (ModelServer server = serve();
                gate) { // opens first
            model.shut();
            Future<Prediction> first = callers.submit(() -> server.predict(NAME, SimulatedModel.request(1)));
            gate.awaitRun();
            Future<Prediction> second = callers.submit(() -> server.predict(NAME, SimulatedModel.request(2)));
            gate.awaitRun();
            gate.open();
            assertThat(first.get().tensor("y").floats()).containsExactly(1);
            assertThat(second.get().tensor("y").floats()).containsExactly(2);
            assertThat(model.seen().get(1)).isInstanceOf(WorkerThread.class);
        }
    }

    @Test
    void score_manyCallers_meetInBatches() throws Exception {
        var meters = new SimpleMeterRegistry();
        try (ModelServer server = ModelServer.builder()
                .meters(meters)
                .batching(Batching.whenBusy().upTo(24))
                .serve(NAME, OnnxModels.verified("virtual:1", OnnxModels.mlp(42, 256, 512, 512, 10)))
                .start()) {
            Callable<Float> calls = () -> {
                float last = 0;
                for (int i = 0; i < 20; i++) {
                    last = server.score(NAME, new float[256]);
                }
                return last;
            };
            List<Future<Float>> answers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                answers.add(callers.submit(calls));
            }
            float alone = server.score(NAME, new float[256]);
            for (Future<Float> answer : answers) {
                assertThat(answer.get()).isCloseTo(alone, within(1e-4f));
            }
            DistributionSummary rows = meters.get("mlops.batch.rows").summary();
            assertThat(rows.totalAmount())
                    .as("rows in batches of %d calls", 64 * 20)
                    .isGreaterThan(640);
            assertThat(rows.mean()).isGreaterThan(3);
        }
    }

    @Test
    void predict_severalAtOnce_keepOneCarrierAtMost() throws Exception {
        try (ModelServer server = serve();
                gate) { // opens first
            model.shut();
            List<Future<Prediction>> running = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                running.add(callers.submit(() -> server.predict(NAME, SimulatedModel.request(1))));
                gate.awaitRun();
            }
            assertThat(model.seen().stream().filter(thread -> !(thread instanceof WorkerThread)))
                    .as("runs that keep a carrier")
                    .hasSizeLessThanOrEqualTo(1);
            gate.open();
            for (Future<Prediction> answer : running) {
                answer.get();
            }
        }
    }
}
