package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Native sessions are exchanged under load from eight threads: nobody fails, no answer is of another version than it says,
 * every session is freed, and memory outside the heap does not grow. In a JVM of its own, whose death would be seen and
 * whose resident set is nobody else's.
 *
 * <p>400 swaps; with the profile {@code campaign} 10,000.
 */
@Timeout(900)
final class SwapCampaignTest {
    private static final int SWAPS = Boolean.getBoolean("campaign") ? 10_000 : 400;

    /** Threads come and go while versions are warmed and drained; sessions that are not freed would cost much more. */
    private static final double TOLERANCE_KIBIBYTES = 16 * 1024;

    @Test
    void swap_underLoadFromEightThreads_failsNobodyAndLeavesNothing() throws Exception {
        Assumptions.assumeTrue(ResidentMemory.isTold(), "only Linux tells a process's resident set");
        ChildJvm.Ending ending = ResidentMemory.runChild(Child.class, "-Dswaps=" + SWAPS);
        assertThat(ending.exitCode()).as(ending.output()).isZero();
        var figures = Figures.of(ending.output());
        System.out.println("swaps under load, " + figures);
        assertThat(figures.get("failed")).isZero();
        assertThat(figures.get("answers")).isGreaterThan(SWAPS);
        assertThat(figures.get("opened")).isEqualTo(SWAPS + 4.0);
        assertThat(figures.get("closed")).isEqualTo(SWAPS + 4.0);
        assertThat(figures.get("grownKiB")).isLessThan(TOLERANCE_KIBIBYTES);
        if (Boolean.getBoolean("campaign")) {
            assertThat(figures.get("seconds")).isLessThanOrEqualTo(60);
        }
    }

    /** The child's main class: each of four threads swaps one of four models, eight others ask all of them. */
    static final class Child {
        private static final int MODELS = 4;
        private static final int CALLERS = 8;
        private static final float[] ROW = {1, 2};
        private static final Map<String, Value> X = Map.of("x", Tensor.ofFloats(ROW, 1, 2));

        private final AtomicLong answers = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final AtomicBoolean stop = new AtomicBoolean();
        private final int swaps;

        private Child(int swaps) {
            this.swaps = swaps;
        }

        public static void main(String[] args) throws Exception {
            new Child(Integer.getInteger("swaps") / MODELS).swap();
        }

        private void swap() throws Exception {
            var runtime = new CountedRuntime(OnnxRuntime.withDefaults());
            ExecutorService threads = Executors.newCachedThreadPool();
            ModelServerBuilder builder = ModelServer.builder().runtime(runtime);
            for (int model = 0; model < MODELS; model++) {
                builder.serve(name(model), version(model, 1));
            }
            long warm;
            long start = System.nanoTime();
            try (ModelServer server = builder.start()) {
                List<Future<?>> callers = new ArrayList<>();
                for (int caller = 0; caller < CALLERS; caller++) {
                    int way = caller % 3;
                    callers.add(threads.submit(() -> ask(server, way)));
                }
                swap(server, threads, 2, swaps / 4);
                warm = ResidentMemory.kibibytes();
                swap(server, threads, swaps / 4 + 1, swaps + 1);
                stop.set(true);
                awaitAll(callers);
            } finally {
                stop.set(true);
                threads.shutdown();
            }
            System.out.println(new Figures()
                    .with("swaps", (long) swaps * MODELS)
                    .with("seconds", (System.nanoTime() - start) / 1_000_000_000.0)
                    .with("answers", answers.get())
                    .with("failed", failed.get())
                    .with("opened", runtime.opened.get())
                    .with("closed", runtime.closed.get())
                    .with("residentKiB", warm)
                    .with("grownKiB", ResidentMemory.kibibytes() - warm));
        }

        private static void swap(ModelServer server, ExecutorService threads, int from, int to) throws Exception {
            List<Future<?>> swappers = new ArrayList<>();
            for (int i = 0; i < MODELS; i++) {
                int model = i;
                swappers.add(threads.submit(() -> {
                    for (int number = from; number <= to; number++) {
                        server.swap(name(model), version(model, number));
                    }
                }));
            }
            awaitAll(swappers);
        }

        private static void awaitAll(List<Future<?>> all) throws InterruptedException, ExecutionException {
            for (Future<?> one : all) {
                one.get();
            }
        }

        private static ModelName name(int model) {
            return ModelName.of("swapped-" + model);
        }

        /** Every version answers with its number. */
        private static VerifiedModel version(int model, int number) {
            return OnnxModels.verified(name(model) + ":" + number, OnnxModels.constantByRelu(2, number));
        }

        private void ask(ModelServer server, int way) {
            for (int i = 0; !stop.get(); i++) {
                try {
                    if (!isRight(server, name(i % MODELS), way)) {
                        failed.incrementAndGet();
                    }
                    answers.incrementAndGet();
                } catch (RuntimeException e) {
                    failed.incrementAndGet();
                    System.out.println("failed: " + e);
                }
            }
        }

        private static boolean isRight(ModelServer server, ModelName name, int way) {
            if (way == 0) {
                return server.score(name, ROW) >= 1;
            }
            Prediction prediction = way == 1
                    ? server.predict(name, X)
                    : server.submit(name, Request.of(X)).toCompletableFuture().join();
            return prediction.tensor("y").floats()[0] == prediction.version().number();
        }
    }
}
