package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rows that nobody would want beside his own: the others' answers are those of running alone, bit for bit. A thousand
 * such rows; ten thousand in the profile {@code campaign}.
 */
@Timeout(300)
final class PoisonTest {
    private static final ModelName NAME = ModelName.of("poisoned");
    private static final int POISON = Boolean.getBoolean("campaign") ? 10_000 : 1_000;
    private static final int MATES = 3;

    @Test
    void mates_ofRowsThatMakeTheModelFail_areAnsweredAsIfAlone() {
        run(gather(), PoisonTest::index, i -> Tensor.ofLongs(new long[] {7 + i % 1000}, 1, 1), true);
    }

    @Test
    void mates_ofRowsOutOfAllBounds_areAnsweredAsIfAlone() {
        float[] bad = {
            Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, 1e30f, Float.MIN_VALUE
        };
        run(
                OnnxModels.trees(4, 50, 4, 42),
                random -> Tensor.ofRows(new float[] {
                    random.nextFloat(), (float) random.nextGaussian(), random.nextFloat(), (float) random.nextGaussian()
                }),
                i -> Tensor.ofRows(new float[] {bad[i % bad.length], bad[i / 7 % bad.length], 0, bad[i / 3 % 6]}),
                false);
    }

    private interface Poison {
        Tensor row(int index);
    }

    private interface Mate {
        Tensor row(Random random);
    }

    private static void run(byte[] model, Mate mate, Poison poison, boolean fails) {
        var random = new Random(42);
        var verified = OnnxModels.verified("poisoned:1", model);
        var meters = new SimpleMeterRegistry();
        var options = Overload.standard().instances(1).queueRows(Integer.MAX_VALUE);
        try (ModelServer alone = ModelServer.builder().serve(NAME, verified).start();
                ModelServer server = ModelServer.builder()
                        .batching(Batching.whenBusy())
                        .overload(options)
                        .meters(meters)
                        .serve(NAME, verified)
                        .start()) {
            assertThat(server.batchability(NAME).verdict())
                    .as(server.batchability(NAME).reason())
                    .isEqualTo(Batchability.Verdict.EXACT);
            List<Map<String, Value>> mates = new ArrayList<>();
            List<CompletableFuture<Prediction>> answers = new ArrayList<>();
            List<CompletableFuture<Prediction>> poisoned = new ArrayList<>();
            for (int i = 0; i < POISON; i++) {
                for (int k = 0; k < MATES; k++) {
                    Map<String, Value> row = Map.of("x", mate.row(random));
                    mates.add(row);
                    answers.add(server.submit(NAME, Request.of(row)).toCompletableFuture());
                }
                poisoned.add(server.submit(NAME, Request.of(Map.of("x", poison.row(i))))
                        .toCompletableFuture());
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).join().outputs())
                        .isEqualTo(alone.predict(NAME, mates.get(i)).outputs());
            }
            assertThat(meters.get("mlops.batch.rows").summary().mean()).isGreaterThan(4);
            for (CompletableFuture<Prediction> answer : poisoned) {
                Throwable failure = answer.handle((ok, no) -> no).join();
                assertThat(failure != null).isEqualTo(fails);
                if (failure != null) {
                    assertThat(failure).isInstanceOfAny(InferenceException.class, RejectedInputException.class);
                }
            }
        }
    }

    private static Tensor index(Random random) {
        return Tensor.ofLongs(new long[] {random.nextInt(5)}, 1, 1);
    }

    /** {@code y[?, 1, 3] = table[x[?, 1]]} of five rows: another index makes the run fail. */
    private static byte[] gather() {
        return new OnnxGraph()
                .input("x", ElementType.INT64, Shape.DYNAMIC, 1)
                .output("y", ElementType.FLOAT32, Shape.DYNAMIC, 1, 3)
                .weights("table", OnnxModels.gaussians(15, 1), 5, 3)
                .node("Gather", List.of("table", "x"), List.of("y"))
                .toModel();
    }
}
