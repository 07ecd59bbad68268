package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V1;
import static io.mlops4j.serving.RolloutFixture.V2;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Shadow;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A candidate that hangs where nobody waits for it fails all the same. */
@Timeout(60)
final class ShadowHangsTest {
    private static final byte SECOND = 2;
    private static final Duration TIME = Duration.ofMillis(250);
    private static final Shadow SHADOW =
            Rollout.shadow().cores(1).guardedBy(Guardrails.none().errors(0.05));

    private final RolloutFixture fixture = new RolloutFixture();
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final ExecutorService host = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() {
        mayEnd.countDown();
        host.shutdown();
        fixture.close();
    }

    /** The tick that ends it waits for the candidate to be free, so it is a thread's of its own. */
    private RolloutRun rolledBack(ModelServer server) {
        RolloutRun run = server.rollout(RIDES, V2, SHADOW);
        host.execute(() -> {
            while (!run.state().isFinal()) {
                run.tick();
            }
        });
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        for (int i = 0; !run.state().isFinal() && System.nanoTime() < end; i++) {
            Request request = Request.of(FakeModel.REQUEST).key("user-" + i).within(TIME);
            try {
                assertThat(server.predict(RIDES, request).version()).isEqualTo(V1);
            } catch (DeadlineExceededException e) {
                // The machine has other things to do; the copy of that request is as good as any.
            }
        }
        assertThat(run.state()).isEqualTo(RolloutState.ROLLED_BACK);
        assertThat(requireNonNull(
                        run.decision().orElseThrow().evidence().numbers().get("candidate failures")))
                .isGreaterThan(2);
        return run;
    }

    @Test
    void runThatCanBeStopped_isAndTheCandidateIsRolledBack() throws Exception {
        GatedModel gated = new GatedModel().shut();
        fixture.others.put(SECOND, gated);
        ModelServer server = fixture.replica();
        RolloutRun run = rolledBack(server);
        assertThat(run.await(Duration.ofSeconds(30))).contains(RolloutState.ROLLED_BACK);
        assertThat(server.leases(RIDES)).isZero();
        assertThat(gated.stoppedRuns()).isPositive();
    }

    @Test
    void runThatCannotBeStopped_doesNotHoldTheVerdict() throws Exception {
        fixture.instead.put(SECOND, () -> {
            while (mayEnd.getCount() > 0) {
                Throwable unused = catchThrowable(mayEnd::await); // whoever interrupts it
            }
        });
        ModelServer server = fixture.replica();
        RolloutRun run = rolledBack(server);
        assertThat(server.leases(RIDES)).isEqualTo(1);
        mayEnd.countDown();
        assertThat(run.await(Duration.ofSeconds(30))).contains(RolloutState.ROLLED_BACK);
        assertThat(server.leases(RIDES)).isZero();
    }

    @Test
    void limit_isTheRequestsTimeOrHalfAMinute() {
        Request request = Request.of(FakeModel.REQUEST);
        assertThat(Contest.limit(request)).isEqualTo(Shadow.LONGEST_RUN.toNanos());
        assertThat(Contest.limit(request.within(Duration.ofMillis(20)))).isEqualTo(250_000_000);
        assertThat(Contest.limit(request.within(Duration.ofMinutes(20)))).isEqualTo(1_200_000_000_000L);
        assertThat(Contest.limit(request.within(Duration.ofSeconds(Long.MAX_VALUE))))
                .isEqualTo(Shadow.LONGEST_RUN.toNanos());
    }
}
