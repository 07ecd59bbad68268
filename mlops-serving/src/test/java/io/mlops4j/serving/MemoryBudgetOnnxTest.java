package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Native sessions under a memory budget: measured, evicted and loaded again from their files. */
@Timeout(60)
final class MemoryBudgetOnnxTest {
    private static final int FEATURES = 20_000;
    private static final Map<String, Value> X = Map.of("x", Tensor.ofFloats(new float[FEATURES], 1, FEATURES));

    @TempDir
    Path folder;

    private static ModelName name(int model) {
        return ModelName.of("m" + model);
    }

    @Test
    void load_largeModel_isMeasuredAsItsWeightsAtLeast() {
        byte[] bytes = OnnxModels.linear(2048, 2048, 1);
        assertThat(resident(bytes)).isGreaterThanOrEqualTo(bytes.length);
    }

    @Test
    void load_modelThatTakesMoreThanItsFile_isMeasuredAsThat() {
        assertThat(resident(HostileModels.memory(4096, 4096)))
                .as("it makes 64 MiB")
                .isGreaterThan(32 << 20);
    }

    /** What a model is measured as when it is loaded. */
    private static double resident(byte[] bytes) {
        Assumptions.assumeTrue(new ProcessMemory().resident().isPresent(), "only Linux tells a process's memory");
        var registry = new SimpleMeterRegistry();
        try (ModelServer server = ModelServer.builder()
                .runtime(OnnxRuntime.withDefaults())
                .serve(name(0), OnnxModels.verified("m0:1", bytes))
                .meters(registry)
                .memory(MemoryBudget.ofBytes(1L << 40))
                .start()) {
            assertThat(server.served()).hasSize(1);
            double resident = registry.get(MemoryMeters.RESIDENT).gauge().value();
            System.out.printf("a model of %d B is measured as %.0f B%n", bytes.length, resident);
            return resident;
        }
    }

    @Test
    void memory_statusWithoutTheAnonymousPart_isTheResidentSet() throws IOException {
        Path status = folder.resolve("status");
        Files.writeString(status, "Name:\tjava\nVmRSS:\t    2048 kB\n");
        assertThat(new ProcessMemory(status).resident()).hasValue(2 << 20);
        Files.writeString(status, "Name:\tjava\nVmRSS:\t    2048 kB\nRssAnon:\t    1024 kB\n");
        assertThat(new ProcessMemory(status).resident()).hasValue(1 << 20);
        Files.writeString(status, "Name:\tjava\n");
        assertThat(new ProcessMemory(status).resident()).isEmpty();
        assertThat(new ProcessMemory(folder.resolve("none")).resident()).isEmpty();
    }

    @Test
    void predict_fourModelsWithRoomForTwo_eachAnswersAsItself() throws Exception {
        var runtime = new CountedRuntime(OnnxRuntime.withDefaults());
        ModelServerBuilder builder = ModelServer.builder().runtime(runtime);
        long size = 0;
        for (int model = 0; model < 4; model++) {
            Path file = folder.resolve(model + ".onnx");
            Files.write(file, OnnxModels.constantByRelu(FEATURES, model + 1));
            size = Math.max(size, Files.size(file));
            builder.serve(name(model), file);
        }
        // Nobody tells the memory: a model counts as twice its file.
        builder.memory(MemoryBudget.ofBytes(2 * 2 * size).measuredBy(OptionalLong::empty));
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try (ModelServer server = builder.start()) {
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                var random = new Random(caller);
                all.add(callers.submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        int model = random.nextInt(4);
                        assertThat(ask(server, model, random.nextBoolean())).isEqualTo(model + 1);
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(runtime.opened.get() - runtime.closed.get()).isEqualTo(2);
            assertThat(runtime.opened).hasValueGreaterThan(10);
        } finally {
            callers.shutdownNow();
        }
        assertThat(runtime.closed).hasValue(runtime.opened.get());
    }

    private static float ask(ModelServer server, int model, boolean byRow) {
        return byRow
                ? server.score(name(model), new float[FEATURES])
                : server.predict(name(model), X).tensor("y").floats()[0];
    }
}
