package io.mlops4j.serving;

import static io.mlops4j.serving.SimulatedModel.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.OverloadedException;
import io.mlops4j.model.ModelName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is refused at the door, who leaves the queue, and which runs are stopped. */
@Timeout(60)
final class DeadlineTest {
    private static final ModelName NAME = ModelName.of("timed");
    private static final long MILLI = 1_000_000;

    @Test
    void submit_deadlineThatCannotBeMet_isRefusedAtTheDoor() {
        var model = new SimulatedModel(0, 40 * MILLI);
        try (ModelServer server = serve(model, 4)) {
            model.begin();
            learn(server);
            List<CompletableFuture<Prediction>> queue = new ArrayList<>();
            for (int i = 0; i < 41; i++) { // ten full batches behind one that runs: 400 ms
                queue.add(submit(server, Request.of(request(i)).tenant("noisy")));
            }
            Duration time = Duration.ofMillis(250);
            var refused =
                    submit(server, Request.of(request(777)).tenant("noisy").within(time));
            var quiet = submit(server, Request.of(request(7)).tenant("quiet").within(time));
            var patient = submit(server, Request.of(request(8)).tenant("noisy").within(Duration.ofSeconds(30)));

            assertThat(refused).isCompletedExceptionally();
            assertThatThrownBy(refused::get)
                    .cause()
                    .isInstanceOfSatisfying(OverloadedException.class, e -> assertThat(e.retryAfter())
                            .isBetween(Duration.ofMillis(200), Duration.ofMillis(900)))
                    .hasMessageContaining("deadline cannot be met");
            assertThat(quiet.join().tensor("y").floats()).containsExactly(14);
            assertThat(patient.join().tensor("y").floats()).containsExactly(16);
            queue.forEach(CompletableFuture::join);
            assertThat(model.rows).hasValue(20 + 41 + 2);
        }
    }

    @Test
    void submit_manyRowsToAModelThatIsNotBatched_areNotTakenForManyRuns() {
        var model = new SimulatedModel(0, 10 * MILLI);
        try (ModelServer server = serve(model, 1)) {
            model.begin();
            learn(server);
            var unused1 = submit(server, Request.of(request(1)));
            var unused2 = submit(server, Request.of(request(2)));
            var large = submit(server, Request.of(request(new float[100])).within(Duration.ofMillis(900)));
            assertThat(large.join().tensor("y").floats()).hasSize(100);
        }
    }

    @Test
    void submit_timeIsOverWhileItWaits_isNeverRun() throws Exception {
        var model = new GatedModel();
        try (ModelServer server = serve(model, 8)) {
            model.shut();
            var running = submit(server, Request.of(request(1)));
            model.awaitRun();
            var late = submit(server, Request.of(request(2)).within(Duration.ofMillis(20)));
            var patient = submit(server, Request.of(request(3)));
            assertThatThrownBy(late::get).hasCauseInstanceOf(DeadlineExceededException.class);
            model.open();
            running.join();
            patient.join();
            assertThat(model.runs()).containsExactly(List.of(1f), List.of(3f));
        }
    }

    @Test
    void batch_whoseMembersHaveAllExpired_isStopped() throws Exception {
        var model = new GatedModel();
        try (ModelServer server = serve(model, 8)) {
            model.shut();
            var unused3 = submit(server, Request.of(request(1)));
            model.awaitRun();
            var early = submit(server, Request.of(request(2)).within(Duration.ofMillis(500)));
            var late = submit(server, Request.of(request(3)).within(Duration.ofMillis(1500)));
            model.letOneGo();
            model.awaitRun();
            assertThatThrownBy(early::get).hasCauseInstanceOf(DeadlineExceededException.class);
            assertThat(model.stoppedRuns()).isZero();
            assertThatThrownBy(late::get).hasCauseInstanceOf(DeadlineExceededException.class);
            model.awaitStopped();
            assertThat(model.runs()).containsExactly(List.of(1f), List.of(2f, 3f));
            var next = submit(server, Request.of(request(4)));
            model.open();
            assertThat(next.join().tensor("y").floats()).containsExactly(4);
        }
    }

    @Test
    void batch_inWhichSomebodyHasTime_goesOn() throws Exception {
        var model = new GatedModel();
        try (ModelServer server = serve(model, 8)) {
            model.shut();
            var unused4 = submit(server, Request.of(request(1)));
            model.awaitRun();
            var late = submit(server, Request.of(request(2)).within(Duration.ofMillis(500)));
            var patient = submit(server, Request.of(request(3)));
            model.letOneGo();
            model.awaitRun();
            assertThatThrownBy(late::get).hasCauseInstanceOf(DeadlineExceededException.class);
            model.open();
            assertThat(patient.join().tensor("y").floats()).containsExactly(3);
            assertThat(model.runs()).containsExactly(List.of(1f), List.of(2f, 3f));
            assertThat(model.stoppedRuns()).isZero();
        }
    }

    @Test
    void outcomes_ofWhatIsTurnedAwayOrLate_areNotFailuresOfTheModel() throws Exception {
        var meters = new SimpleMeterRegistry();
        var model = new GatedModel();
        try (ModelServer server = withRoomForOne(model, meters)) {
            model.shut();
            var running = submit(server, Request.of(request(1)));
            model.awaitRun();
            var late = submit(server, Request.of(request(2)).within(Duration.ofMillis(20)));
            assertThatThrownBy(late::get).hasCauseInstanceOf(DeadlineExceededException.class);
            var waiting = submit(server, Request.of(request(3)));
            assertThatThrownBy(() -> submit(server, Request.of(request(4))).get())
                    .hasCauseInstanceOf(OverloadedException.class);
            model.open();
            running.join();
            waiting.join();
            assertThat(LateRequestTest.outcomes(meters, "ok")).isEqualTo(2);
            assertThat(LateRequestTest.outcomes(meters, "late")).isEqualTo(1);
            assertThat(LateRequestTest.outcomes(meters, "overloaded")).isEqualTo(1);
            assertThat(LateRequestTest.outcomes(meters, "failed")).isZero();
        }
        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void retryAfter_beforeAnyRunHasEnded_isAsLongAsTheQueueHasStood() throws Exception {
        var model = new GatedModel().shut();
        try (ModelServer server = withRoomForOne(model, new SimpleMeterRegistry())) {
            var running = submit(server, Request.of(request(1)));
            model.awaitRun();
            var waiting = submit(server, Request.of(request(2)));
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            Duration later = Duration.ZERO;
            while (later.compareTo(Duration.ofMillis(50)) < 0 && System.nanoTime() < end) {
                later = retryAfter(submit(server, Request.of(request(3))));
            }
            model.open();
            assertThat(later).isBetween(Duration.ofMillis(50), Duration.ofSeconds(20));
            running.join();
            waiting.join();
        }
    }

    @Test
    void retryAfter_afterOneRun_isWhatThatTook() {
        var model = new SimulatedModel(0, 40 * MILLI);
        try (ModelServer server = withRoomForOne(model, new SimpleMeterRegistry())) {
            model.begin();
            server.predict(NAME, Request.of(request(1)).within(Duration.ofSeconds(30)));
            Duration later = Duration.ZERO;
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (later.compareTo(Duration.ofMillis(40)) < 0 && System.nanoTime() < end) {
                // One runs, at most, and one waits; it may have begun to run before the advice is found.
                var refused = submit(server, Request.of(request(2)));
                later = refused.isCompletedExceptionally() ? retryAfter(refused) : later;
            }
            assertThat(later).isGreaterThanOrEqualTo(Duration.ofMillis(40));
        }
    }

    @Test
    void shedding_queueThatStands_turnsAwayWhoWaitedForTooLongAndRecovers() throws Exception {
        var model = new GatedModel();
        var target = Duration.ofMillis(20);
        try (ModelServer server = ModelServer.builder()
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none())
                .overload(Overload.standard().instances(1).shedding(target, Duration.ofMillis(1)))
                .serve(NAME, OnnxModels.verified("timed:1", new byte[] {1}))
                .start()) {
            model.shut();
            var running = submit(server, Request.of(request(1)));
            model.awaitRun();
            List<CompletableFuture<Prediction>> queue = new ArrayList<>();
            for (int i = 2; i < 5; i++) {
                queue.add(submit(server, Request.of(request(i))));
            }
            awaitMoreThan(target);
            model.letOneGo();
            model.awaitRun(); // of the first in the queue: the others have waited for too long when it is over
            awaitMoreThan(target);
            model.open();
            assertThat(running.join().tensor("y").floats()).containsExactly(1);
            assertThat(queue.get(0).join().tensor("y").floats()).containsExactly(2);
            for (var late : queue.subList(1, 3)) {
                assertThatThrownBy(late::get)
                        .hasCauseInstanceOf(OverloadedException.class)
                        .hasMessageContaining("its queue stands");
            }
            assertThat(model.runs()).containsExactly(List.of(1f), List.of(2f));
            var next = submit(server, Request.of(request(5)));
            while (next.handle((answer, e) -> e != null).join()) { // on a machine that wakes up late
                next = submit(server, Request.of(request(5)));
            }
            assertThat(next.join().tensor("y").floats()).containsExactly(5);
        }
    }

    private static void awaitMoreThan(Duration time) {
        long end = System.nanoTime() + time.toNanos() + 1;
        for (long left = 1; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static Duration retryAfter(CompletableFuture<Prediction> refused) {
        return refused.handle((answer, e) ->
                        e instanceof OverloadedException overloaded ? overloaded.retryAfter() : Duration.ZERO)
                .join();
    }

    /** Eight runs of one to four rows: then it is known what a row costs beside a run. */
    private static void learn(ModelServer server) {
        for (int i = 0; i < 8; i++) {
            submit(server, Request.of(request(new float[i % 4 + 1]))).join();
        }
    }

    private static CompletableFuture<Prediction> submit(ModelServer server, Request request) {
        return server.submit(NAME, request).toCompletableFuture();
    }

    private static ModelServer withRoomForOne(LoadedModel model, SimpleMeterRegistry meters) {
        return ModelServer.builder()
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none())
                .overload(Overload.standard().instances(1).queueRows(1))
                .meters(meters)
                .serve(NAME, OnnxModels.verified("timed:1", new byte[] {1}))
                .start();
    }

    private static ModelServer serve(LoadedModel model, int rows) {
        return ModelServer.builder()
                .runtime(FakeModel.runtime(model))
                .warmUp(WarmUp.none())
                .batching(Batching.whenBusy().upTo(rows))
                .overload(Overload.standard().instances(1))
                .serve(NAME, OnnxModels.verified("timed:1", new byte[] {1}))
                .start();
    }
}
