package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs leave no native memory behind. A JVM whose heap is as large from the first moment as it may become asks two models,
 * one of them batched, in every way there is, and the slope of its resident set is taken after a warm-up. A handle that
 * is not freed costs 200 bytes and more; the canary leaves one behind in two runs, and is far beyond the bound. So that
 * nothing else moves the resident set, the child has one malloc arena and no optimising compiler.
 *
 * <p>100,000 runs, in which what malloc had kept free, some two megabytes, can hide a handle in ten runs; with the profile
 * {@code campaign} 1,000,000, and a canary of one in ten.
 */
@Timeout(900)
final class SoakTest {
    private static final boolean LONG = Boolean.getBoolean("campaign");
    private static final int RUNS = LONG ? 1_000_000 : 100_000;
    private static final double MOST_KIBIBYTES = 1024;

    @Test
    void soak_everyWayOfAsking_leavesNothingBehind() throws Exception {
        Figures figures = soak(RUNS, 0);
        System.out.println("soak, " + figures);
        assertThat(figures.get("kiBPer100000")).isLessThan(MOST_KIBIBYTES);
        assertThat(figures.get("opened")).isEqualTo(2);
        assertThat(figures.get("closed")).isEqualTo(2);
    }

    /** The canary. */
    @Test
    void soak_tensorsAreLeft_isCaught() throws Exception {
        Figures figures = LONG ? soak(400_000, 10) : soak(40_000, 2);
        System.out.println("soak with a leak, " + figures);
        assertThat(figures.get("kiBPer100000")).isGreaterThan(MOST_KIBIBYTES);
    }

    private static Figures soak(int runs, int leak) throws Exception {
        Assumptions.assumeTrue(ResidentMemory.isTold(), "only Linux tells a process's resident set");
        ChildJvm.Ending ending = ResidentMemory.runChild(Child.class, "-Druns=" + runs, "-Dleak=" + leak);
        assertThat(ending.exitCode()).as(ending.output()).isZero();
        return Figures.of(ending.output());
    }

    /** The child's main class. */
    static final class Child {
        private static final ModelName PLAIN = ModelName.of("plain");
        private static final ModelName BATCHED = ModelName.of("batched");
        private static final float[] ROW = {1, 2, 3, 4};
        private static final Map<String, Value> X = Map.of("x", Tensor.ofFloats(ROW, 1, 4));
        private static final int SAMPLES = 50;
        private static final int WARM_UP = 50_000;

        private final ModelServer server;
        private final int leak;
        private final float[] out = new float[2];

        private Child(ModelServer server, int leak) {
            this.server = server;
            this.leak = leak;
        }

        public static void main(String[] args) throws Exception {
            int runs = Integer.getInteger("runs");
            var runtime = new CountedRuntime(OnnxRuntime.withDefaults());
            List<Long> resident = new ArrayList<>();
            try (ModelServer server = ModelServer.builder()
                    .runtime(runtime)
                    .serve(PLAIN, OnnxModels.verified("plain:1", OnnxModels.mlp(1, 4, 8, 2)))
                    .serve(BATCHED, OnnxModels.verified("batched:1", OnnxModels.mlp(2, 4, 8, 2)))
                    .batching(BATCHED, Batching.whenBusy())
                    .start()) {
                var child = new Child(server, Integer.getInteger("leak"));
                child.ask(WARM_UP);
                for (int i = 0; i < SAMPLES; i++) {
                    child.ask(runs / SAMPLES);
                    resident.add(ResidentMemory.kibibytes());
                }
            }
            System.out.println(new Figures()
                    .with("runs", runs)
                    .with("opened", runtime.opened.get())
                    .with("closed", runtime.closed.get())
                    .with("firstKiB", resident.get(0))
                    .with("lastKiB", resident.get(SAMPLES - 1))
                    .with("kiBPer100000", ResidentMemory.slope(resident) * SAMPLES * 100_000 / runs));
        }

        private void ask(int runs) throws OrtException {
            for (int i = 0; i < runs; i++) {
                ask(i % 2 == 0 ? PLAIN : BATCHED, i / 2 % 4);
                if (leak > 0 && i % leak == 0) {
                    OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(ROW), new long[] {1, 4});
                }
            }
        }

        private void ask(ModelName name, int way) {
            switch (way) {
                case 0 -> server.score(name, ROW, out);
                case 1 -> server.predict(name, X);
                case 2 -> server.predict(name, Request.of(X).within(Duration.ofMinutes(1)));
                default ->
                    server.submit(name, Request.of(X)).toCompletableFuture().join();
            }
        }
    }
}
