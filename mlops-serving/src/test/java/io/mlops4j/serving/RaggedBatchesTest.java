package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests of every type and of ragged sizes, merged and split under load, through a model that gives back what it got. */
@Timeout(120)
final class RaggedBatchesTest {
    private static final ModelName NAME = ModelName.of("ragged");
    private static final int REQUESTS = Boolean.getBoolean("campaign") ? 5_000 : 100;
    private static final int MAX_ROWS = 7;

    /** What is a hundred bytes on the wire must not become a part for every row. */
    @Test
    void answer_ofManyRowsWithoutData_isNotTakenApart() {
        Map<String, Value> empty = Map.of("x", Tensor.ofFloats(new float[0], Integer.MAX_VALUE, 0));
        byte[] identity = OnnxModels.identity(ElementType.FLOAT32, Shape.DYNAMIC, Shape.DYNAMIC);
        try (ModelServer server = ModelServer.builder()
                .batching(Batching.whenBusy().upTo(MAX_ROWS))
                .caching(Caching.upTo(1 << 20).byRow())
                .serve(NAME, OnnxModels.verified("ragged:1", identity))
                .start()) {
            assertThat(server.predict(NAME, empty).outputs().get("y")).isEqualTo(empty.get("x"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void answers_ofAnIdentity_areTheRequests(ElementType type) {
        var random = new Random(type.name().hashCode());
        var meters = new SimpleMeterRegistry();
        try (ModelServer server = ModelServer.builder()
                .batching(Batching.whenBusy().upTo(MAX_ROWS))
                .overload(Overload.standard().instances(2).queueRows(Integer.MAX_VALUE))
                .meters(meters)
                .serve(NAME, OnnxModels.verified("ragged:1", OnnxModels.identity(type, Shape.DYNAMIC, Shape.DYNAMIC)))
                .start()) {
            Batchability found = server.batchability(NAME);
            assertThat(found.verdict()).as(found.reason()).isEqualTo(Batchability.Verdict.EXACT);
            List<Map<String, Value>> requests = new ArrayList<>();
            List<CompletableFuture<Prediction>> answers = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                Value x = BatcherTest.any(type, random.nextInt(3 * MAX_ROWS), new long[] {random.nextInt(3)}, random);
                requests.add(Map.of("x", x));
                answers.add(server.submit(NAME, Request.of(requests.get(i))).toCompletableFuture());
            }
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(answers.get(i).join().outputs().get("y"))
                        .isEqualTo(requests.get(i).get("x"));
            }
            assertThat(meters.get("mlops.batch.rows").summary().max()).isEqualTo(MAX_ROWS);
        }
    }
}
