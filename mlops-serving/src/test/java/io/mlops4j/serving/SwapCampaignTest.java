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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Native sessions are exchanged under load from eight threads: nobody fails, no answer is of another version than it says,
 * every session is freed, and memory outside the heap does not grow. In a JVM of its own, whose death would be seen and
 * whose resident set is nobody else's; the heap is touched before, so that what grows is native.
 *
 * <p>1,000 swaps; with the profile {@code campaign} 10,000.
 */
@Timeout(180)
final class SwapCampaignTest {
    private static final int SWAPS = Boolean.getBoolean("campaign") ? 10_000 : 1_000;

    /** A session that is not freed costs 50 KiB and more: a tenth of them left behind would show. */
    private static final double TOLERANCE_KIBIBYTES = 16 * 1024;

    @Test
    void swap_underLoadFromEightThreads_failsNobodyAndLeavesNothing() throws Exception {
        Assumptions.assumeTrue(ResidentMemory.isTold(), "only Linux tells a process's resident set");
        ChildJvm.Ending ending =
                ChildJvm.run(Child.class, Map.of(), "-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-Dswaps=" + SWAPS);
        assertThat(ending.exitCode()).as(ending.output()).isZero();
        var figures = Figures.of(ending.output());
        System.out.println("swaps under load, " + figures);
        assertThat(figures.get("failed")).isZero();
        assertThat(figures.get("answers")).isGreaterThan(SWAPS);
        assertThat(figures.get("opened")).isEqualTo(SWAPS + 1.0);
        assertThat(figures.get("closed")).isEqualTo(SWAPS + 1.0);
        assertThat(figures.get("grownKiB")).isLessThan(TOLERANCE_KIBIBYTES);
        if (Boolean.getBoolean("campaign")) {
            assertThat(figures.get("seconds")).isLessThanOrEqualTo(60);
        }
    }

    /** The child's main class. */
    static final class Child {
        private static final ModelName NAME = ModelName.of("swapped");
        private static final int CALLERS = 8;
        private static final float[] ROW = {1, 2};
        private static final Map<String, Value> X = Map.of("x", Tensor.ofFloats(ROW, 1, 2));

        private final AtomicLong answers = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final AtomicInteger going = new AtomicInteger(1);

        private Child() {}

        public static void main(String[] args) throws Exception {
            new Child().swap(Integer.getInteger("swaps"));
        }

        private void swap(int swaps) throws Exception {
            var runtime = new CountedRuntime(OnnxRuntime.withDefaults());
            ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
            long warm = 0;
            long start = System.nanoTime();
            try (ModelServer server = ModelServer.builder()
                    .runtime(runtime)
                    .serve(NAME, version(1))
                    .start()) {
                List<Future<?>> all = new ArrayList<>();
                for (int caller = 0; caller < CALLERS; caller++) {
                    int way = caller % 3;
                    all.add(callers.submit(() -> ask(server, way)));
                }
                for (int number = 2; number <= swaps + 1; number++) {
                    server.swap(NAME, version(number));
                    if (number == swaps / 4) {
                        warm = ResidentMemory.kibibytes();
                    }
                }
                going.set(0);
                awaitAll(all);
            } finally {
                going.set(0);
                callers.shutdown();
            }
            System.out.println(new Figures()
                    .with("swaps", swaps)
                    .with("seconds", (System.nanoTime() - start) / 1_000_000_000.0)
                    .with("answers", answers.get())
                    .with("failed", failed.get())
                    .with("opened", runtime.opened.get())
                    .with("closed", runtime.closed.get())
                    .with("residentKiB", warm)
                    .with("grownKiB", ResidentMemory.kibibytes() - warm));
        }

        private static void awaitAll(List<Future<?>> all) throws InterruptedException, ExecutionException {
            for (Future<?> one : all) {
                one.get();
            }
        }

        private static VerifiedModel version(int number) {
            return OnnxModels.verified(NAME + ":" + number, OnnxModels.constantByRelu(2, number));
        }

        private void ask(ModelServer server, int way) {
            while (going.get() > 0) {
                try {
                    if (!isRight(server, way)) {
                        failed.incrementAndGet();
                    }
                    answers.incrementAndGet();
                } catch (RuntimeException e) {
                    failed.incrementAndGet();
                    System.out.println("failed: " + e);
                }
            }
        }

        private static boolean isRight(ModelServer server, int way) {
            if (way == 0) {
                return server.score(NAME, ROW) >= 1;
            }
            Prediction prediction = way == 1
                    ? server.predict(NAME, X)
                    : server.submit(NAME, Request.of(X)).toCompletableFuture().join();
            return prediction.tensor("y").floats()[0] == prediction.version().number();
        }
    }
}
