package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Versions are exchanged under load without a failed request, and every answer is of the version that it names. */
@Timeout(120)
final class HotSwapTest {
    private static final ModelName NAME = ModelName.of("swapped");
    private static final int SWAPS = 300;

    @Test
    void swap_underLoad_failsNobody() throws Exception {
        var registry = new SimpleMeterRegistry();
        var stop = new AtomicBoolean();
        var answers = new AtomicLong();
        ExecutorService callers = Executors.newFixedThreadPool(2);
        try (ModelServer server = ModelServer.builder()
                .serve(NAME, version(1))
                .warmUp(WarmUp.none())
                .meters(registry)
                .start()) {
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 2; caller++) {
                boolean byRow = caller % 2 == 0;
                all.add(callers.submit(() -> {
                    while (!stop.get()) {
                        if (byRow) {
                            score(server);
                        } else {
                            predict(server);
                        }
                        answers.incrementAndGet();
                    }
                }));
            }
            for (int number = 2; number <= SWAPS + 1; number++) {
                server.swap(NAME, version(number));
            }
            stop.set(true);
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(server.served()).containsEntry(NAME, NAME.version(SWAPS + 1));
            assertThat(answers.get()).isGreaterThan(SWAPS);
            assertThat(registry.get("mlops.models.loaded").gauge().value()).isEqualTo(1);
            assertThat(registry.find("mlops.inference").timers())
                    .as("one version, one timer")
                    .hasSize(1);
        } finally {
            stop.set(true);
            callers.shutdown();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    /** Odd versions are served compiled, even ones by the native runtime. */
    private static VerifiedModel version(int number) {
        byte[] model = number % 2 == 1 ? OnnxModels.constant(2, number) : OnnxModels.constantByRelu(2, number);
        return OnnxModels.verified(NAME + ":" + number, model);
    }

    private static void predict(ModelServer server) {
        Map<String, Value> inputs = Map.of("x", Tensor.ofFloats(new float[] {1, 2}, 1, 2));
        Prediction prediction = server.predict(NAME, inputs);
        assertThat(prediction.tensor("y").floats())
                .containsExactly(prediction.version().number());
    }

    private static void score(ModelServer server) {
        var before = server.served().get(NAME);
        float answer = server.score(NAME, new float[] {1, 2});
        var after = server.served().get(NAME);
        if (before != null && after != null) {
            assertThat(answer).isBetween((float) before.number(), (float) after.number());
        }
    }
}
