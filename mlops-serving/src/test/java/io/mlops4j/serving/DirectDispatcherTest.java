package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ModelName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waits for the server's workers when the model ends. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DirectDispatcherTest {
    private static final ModelName STUCK = ModelName.of("stuck");
    private static final ModelName NAME = ModelName.of("waiting");
    private static final Request REQUEST = Request.of(SimulatedModel.request(1));

    /** The workers are in code of the host that does not end: no model frees them. */
    @Test
    void terminate_workersAreStuck_sendsAwayWhatWaitsForThem() throws Exception {
        var stuck = new GatedModel();
        var waiting = new GatedModel();
        var end = new CountDownLatch(1);
        ModelServer server = ModelServer.builder()
                .runtime(FakeModel.runtime(stuck, waiting))
                .warmUp(WarmUp.none())
                .drainTimeout(Duration.ofMillis(1))
                .serve(STUCK, OnnxModels.verified("stuck:1", new byte[] {1}))
                .serve(NAME, OnnxModels.verified("waiting:1", new byte[] {1}))
                .start();
        int workers = Runtime.getRuntime().availableProcessors();
        var inside = new CountDownLatch(workers);
        stuck.shut();
        waiting.shut();
        try {
            List<CompletableFuture<Void>> callbacks = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                callbacks.add(server.submit(STUCK, REQUEST)
                        .thenAccept(answer -> {
                            inside.countDown();
                            awaitQuietly(end);
                        })
                        .toCompletableFuture());
            }
            stuck.open();
            assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Prediction> answer = server.submit(NAME, REQUEST).toCompletableFuture();
            CompletableFuture<Prediction> timed =
                    server.submit(NAME, REQUEST.within(Duration.ofDays(1))).toCompletableFuture();
            CompletableFuture<Boolean> toldOnAWorker = answer.handle((p, e) -> WorkerThread.isCurrent());
            CompletableFuture<?> swapped =
                    CompletableFuture.runAsync(() -> server.close(), work -> new Thread(work, "closing").start());
            assertSentAway(answer);
            assertSentAway(timed);
            assertThat(toldOnAWorker.get(20, TimeUnit.SECONDS)).isTrue();
            swapped.get(20, TimeUnit.SECONDS);
            assertThat(waiting.runs()).isEmpty();
            assertThat(callbacks).noneMatch(CompletableFuture::isDone);
        } finally {
            end.countDown();
            stuck.open();
            waiting.open();
        }
    }

    private static void assertSentAway(CompletableFuture<Prediction> answer) {
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(InferenceException.class)
                .hasMessageContaining("waiting:1: the model was retired and stopped");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
