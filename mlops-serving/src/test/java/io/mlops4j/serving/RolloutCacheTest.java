package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V2;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.Tensor;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.Signals;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An answer from the cache is nobody's speed. */
@Timeout(60)
final class RolloutCacheTest {
    private final RolloutFixture fixture = new RolloutFixture();
    private final ModelServer server =
            fixture.replica(Signals.none(), builder -> builder.caching(Caching.upTo(1 << 20)));
    private final RolloutRun run = server.rollout(
            RIDES, V2, Rollout.abTest().guardedBy(Guardrails.none().errors(0.05).latency(0.1)));

    @AfterEach
    void close() {
        fixture.close();
    }

    private double evidence(String name) {
        return requireNonNull(run.decision().orElseThrow().evidence().numbers().get(name));
    }

    private static Request request(int number, float asked) {
        return Request.of(Map.of("x", Tensor.ofFloats(new float[] {asked}, 1))).key("user-" + number);
    }

    @Test
    void sameQuestionAgainAndAgain_comparesFailuresAndNoTimes() {
        for (int i = 0; i < 300; i++) {
            server.predict(RIDES, request(i, 1));
            server.submit(RIDES, request(i, 1)).toCompletableFuture().join();
        }
        run.tick();
        assertThat(evidence("latency pairs")).isZero();
        assertThat(evidence("errors pairs")).isGreaterThan(100);
        assertThat(run.decision().orElseThrow().reason()).isEqualTo("no data on latency");
    }

    @Test
    void questionsThatAreNew_compareTimes() {
        for (int i = 0; i < 300; i++) {
            server.predict(RIDES, request(i, i));
        }
        run.tick();
        assertThat(evidence("latency pairs")).isGreaterThan(50);
    }
}
