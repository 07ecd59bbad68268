package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.OverloadedException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JVM can make no more threads: whoever has an answer gets it, whoever waits is answered by others or sent away. */
@Timeout(60)
final class NoThreadTest {
    private static final VersionId VERSION = ModelName.of("threadless").version(1);
    private static final Map<String, Value> INPUTS = SimulatedModel.request(1);

    private volatile boolean exhausted;
    private final GatedModel model = new GatedModel().shut();
    private final Deadlines deadlines = new Deadlines(work -> {
        if (exhausted) {
            throw outOfThreads();
        }
        return new WorkerThread(work, "mlops-test-deadlines");
    });
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final ExecutorService workers =
            new ThreadPoolExecutor(4, 4, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                if (exhausted) {
                    throw outOfThreads();
                }
                return new WorkerThread(work, "mlops-test");
            });

    private static OutOfMemoryError outOfThreads() {
        return new OutOfMemoryError("unable to create native thread");
    }

    @AfterEach
    void close() {
        model.open();
        callers.shutdownNow();
        workers.shutdownNow();
        deadlines.close();
    }

    @Test
    void submit_nothingRuns_isSentAwayAtOnce() {
        QueueDispatcher queue = queue(1);
        exhausted = true;
        CompletableFuture<Map<String, Value>> answer = submit(queue, Request.of(INPUTS));
        assertThat(answer).isCompletedExceptionally();
        assertSentAway(answer);
        exhausted = false;
        CompletableFuture<Map<String, Value>> next = submit(queue, Request.of(INPUTS));
        model.letOneGo();
        assertThat(next.join()).isEqualTo(Map.of("y", x()));
    }

    @Test
    void leave_withAnAnswer_givesItAndSendsAwayWhoWaits() throws Exception {
        QueueDispatcher queue = queue(1);
        CompletableFuture<Map<String, Value>> runs = run(queue);
        model.awaitRun();
        CompletableFuture<Map<String, Value>> waits = submit(queue, Request.of(INPUTS));
        CompletableFuture<Boolean> toldAsByAWorker = waits.handle((answer, e) -> WorkerThread.isCurrent());
        exhausted = true;
        model.letOneGo();
        assertThat(runs.get()).isEqualTo(Map.of("y", x()));
        assertSentAway(waits);
        assertThat(toldAsByAWorker.get()).isTrue();
    }

    @Test
    void submit_anotherInstanceRuns_isAnsweredWhenThatIsLeft() throws Exception {
        QueueDispatcher queue = queue(2);
        CompletableFuture<Map<String, Value>> runs = run(queue);
        model.awaitRun();
        exhausted = true;
        CompletableFuture<Map<String, Value>> waits = submit(queue, Request.of(INPUTS));
        assertThat(waits).isNotDone();
        exhausted = false;
        model.open();
        assertAnswered(runs, waits);
    }

    @Test
    void worker_thatFindsSomebodyAfterItLeft_needsNoOther() throws Exception {
        QueueDispatcher queue = queue(1);
        CompletableFuture<Map<String, Value>> first = submit(queue, Request.of(INPUTS));
        model.awaitRun();
        exhausted = true;
        CompletableFuture<Map<String, Value>> second = submit(queue, Request.of(INPUTS));
        model.open();
        assertAnswered(first, second);
    }

    @Test
    void submit_deadlineThatNobodyCanWatch_isAnsweredWithoutAnAlarm() throws Exception {
        QueueDispatcher queue = queue(1);
        CompletableFuture<Map<String, Value>> runs = run(queue);
        model.awaitRun();
        exhausted = true;
        Request timed = Request.of(INPUTS).within(Duration.ofSeconds(30));
        CompletableFuture<Map<String, Value>> waits = submit(queue, timed);
        assertThat(waits).isNotDone();
        exhausted = false;
        model.open();
        assertAnswered(runs, waits);
    }

    @Test
    void submit_deadlineThatNobodyCouldWatchAtFirst_isWatchedWhenThereIsAThread() throws Exception {
        QueueDispatcher queue = queue(1);
        CompletableFuture<Map<String, Value>> runs = run(queue);
        model.awaitRun();
        exhausted = true;
        CompletableFuture<Map<String, Value>> first =
                submit(queue, Request.of(INPUTS).within(Duration.ofMillis(50)));
        exhausted = false;
        CompletableFuture<Map<String, Value>> second =
                submit(queue, Request.of(INPUTS).within(Duration.ofSeconds(20)));
        assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(DeadlineExceededException.class);
        model.open();
        assertAnswered(runs, second);
    }

    @Test
    void follower_whomNobodyCanTell_isToldByTheLeader() throws Exception {
        var flights = new Flights<Integer, String>(deadlines, work -> {
            throw outOfThreads();
        });
        var leading = new CompletableFuture<String>();
        CompletableFuture<String> leader = flights.submit(1, new Later(leading)).toCompletableFuture();
        CompletableFuture<String> follower =
                flights.submit(1, new Later(new CompletableFuture<>())).toCompletableFuture();
        CompletableFuture<Boolean> toldAsByAWorker = follower.thenApply(answer -> WorkerThread.isCurrent());
        leading.complete("shared");
        assertThat(leader.get()).isEqualTo("shared");
        assertThat(follower.get()).isEqualTo("shared");
        assertThat(toldAsByAWorker.get()).isTrue();
        assertThat(WorkerThread.isCurrent()).isFalse();
    }

    /** Computed by somebody else. */
    private record Later(CompletableFuture<String> answer) implements Flights.Asked<String> {
        @Override
        public @Nullable String known() {
            return null;
        }

        @Override
        public String compute() {
            return answer.join();
        }

        @Override
        public CompletableFuture<String> computeLater() {
            return answer;
        }

        @Override
        public void shared() {}

        @Override
        public long left() {
            return Long.MAX_VALUE;
        }

        @Override
        public RuntimeException tooLate() {
            return new DeadlineExceededException("late", null);
        }
    }

    private static void assertAnswered(CompletableFuture<?> first, CompletableFuture<?> second) throws Exception {
        assertThat(first.get()).isEqualTo(Map.of("y", x()));
        assertThat(second.get()).isEqualTo(Map.of("y", x()));
    }

    private static void assertSentAway(CompletableFuture<?> answer) {
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(OverloadedException.class)
                .hasMessageContaining("no thread can be made")
                .cause()
                .extracting(e -> ((OverloadedException) e).retryAfter())
                .isEqualTo(Duration.ofMillis(100));
    }

    private static Tensor x() {
        return (Tensor) INPUTS.values().iterator().next();
    }

    private QueueDispatcher queue(int instances) {
        return new QueueDispatcher(
                VERSION, model, 1, Overload.standard().instances(instances), deadlines, QueueMeters.NONE, workers);
    }

    private CompletableFuture<Map<String, Value>> run(QueueDispatcher queue) {
        return CompletableFuture.supplyAsync(() -> queue.run(call(queue, Request.of(INPUTS))), callers);
    }

    private CompletableFuture<Map<String, Value>> submit(QueueDispatcher queue, Request request) {
        return queue.submit(call(queue, request)).toCompletableFuture();
    }

    private Call call(QueueDispatcher queue, Request request) {
        var chosen = new Dispatching.Chosen(queue, Batchability.UNASKED, QueueMeters.NONE, CacheMeters.NONE);
        VersionMeters meters = VersionMeters.of(null, VERSION, "fake", QueueMeters.NONE, CacheMeters.NONE);
        return new Call(new Served(VERSION, model, chosen, meters, null), request, System.nanoTime());
    }
}
