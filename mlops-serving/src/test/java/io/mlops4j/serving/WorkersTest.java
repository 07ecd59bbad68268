package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.OverloadedException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the threads of a server say that take no more. */
@Timeout(60)
final class WorkersTest {
    private static final VersionId VERSION = ModelName.of("worked").version(1);

    @Test
    void execute_closed_saysSo() {
        var workers = new Workers();
        workers.close();
        assertThatThrownBy(() -> workers.execute("model m", () -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot submit a request to model m: the server is closed");
    }

    @Test
    void execute_fullQueue_isOverloaded() {
        var go = new CountDownLatch(1);
        try (var workers = new Workers()) {
            Runnable waiting = () -> {
                try {
                    assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            };
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            workers.execute("model m", waiting);
                        }
                    })
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("requests are waiting already");
            go.countDown();
        }
    }

    @Test
    void submit_closed_failsTheStageAndGivesTheLeaseBack() {
        try (var deadlines = new Deadlines()) {
            var workers = new Workers();
            workers.close();
            var model = new GatedModel();
            var dispatcher = new DirectDispatcher(model, deadlines, workers);
            var served = new Served(
                    VERSION,
                    model,
                    new Dispatching.Chosen(dispatcher, Batchability.UNASKED, QueueMeters.NONE, CacheMeters.NONE),
                    VersionMeters.of(null, VERSION, "fake", QueueMeters.NONE, CacheMeters.NONE),
                    null);
            assertThat(served.lease().tryAcquire()).isTrue();
            var flow = new Flow(new Listeners(List.of()), Clock.system(ZoneOffset.UTC), () -> "id");
            var call = new Call(served, Request.of(SimulatedModel.request(1)), System.nanoTime());
            CompletableFuture<Prediction> answer =
                    flow.submit(call, () -> "id", Flow.NOBODY).toCompletableFuture();
            assertThat(answer).isCompletedExceptionally();
            assertThatThrownBy(answer::get)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the server is closed");
            assertThat(served.lease().held()).isZero();
        }
    }
}
