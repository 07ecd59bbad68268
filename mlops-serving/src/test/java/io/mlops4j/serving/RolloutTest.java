package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V1;
import static io.mlops4j.serving.RolloutFixture.V2;
import static io.mlops4j.serving.RolloutFixture.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.gate.Verdict;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Requirement;
import io.mlops4j.serving.rollout.Canary;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Rollouts;
import io.mlops4j.serving.rollout.Signals;
import io.mlops4j.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rollouts from the first request to the moved alias, with a clock that is moved and ticks by hand. */
@Timeout(60)
final class RolloutTest {
    private static final Canary CANARY = Rollout.canary()
            .steps(0.1, 0.5)
            .holding(Duration.ofMinutes(1))
            .atLeast(50)
            .guardedBy(Guardrails.none().errors(0.05));

    private final RolloutFixture fixture = new RolloutFixture();
    private final ManualClock clock = fixture.clock;
    private final ModelRegistry registry = fixture.registry;
    private ModelServer server = fixture.replica();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void canary_goodCandidate_isPromotedByMovingTheAlias() {
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        assertThat(run.share()).isEqualTo(0.1);
        ask(server, 0, 2000);
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        clock.advance(Duration.ofMinutes(1));
        run.tick();
        assertThat(run.share()).isEqualTo(0.5);
        clock.advance(Duration.ofMinutes(1));
        run.tick();
        assertThat(run.decision().orElseThrow().kind()).isEqualTo(Decision.Kind.NO_DATA);
        assertThat(run.share()).isEqualTo(0.5);
        ask(server, 2000, 4000);
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        assertThat(registry.resolve(RIDES.alias("champion")).id()).isEqualTo(V2);
        assertThat(server.served()).containsEntry(RIDES, V2);
        assertThat(server.leases(RIDES)).isZero();
        assertThat(run.decision().orElseThrow().evidence().numbers()).containsKey("errors log e no worse");
        assertThat(registry.record(V2).verdicts()).hasEntrySatisfying(Rollouts.GATE, said -> {
            assertThat(said.verdict().kind()).isEqualTo(Verdict.Kind.PASS);
            assertThat(said.verdict().evidence().numbers()).containsKey("errors log e no worse");
            assertThat(said.verdict().evidence().texts()).containsEntry("rollout", run.id());
        });
    }

    @Test
    void canary_failingCandidate_isRolledBackAndNoCallerFails() {
        fixture.secondFails.set(true);
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        for (int i = 0; i < 1000; i++) {
            assertThat(ask(server, "user-" + i).version()).isEqualTo(V1);
        }
        assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
        assertThat(run.reason().orElseThrow()).contains("errors");
        assertThat(registry.record(V2).verdicts())
                .hasEntrySatisfying(
                        Rollouts.GATE, said -> assertThat(said.verdict().kind()).isEqualTo(Verdict.Kind.FAIL));
        assertThat(registry.resolve(RIDES.alias("champion")).id()).isEqualTo(V1);
        assertThat(server.leases(RIDES)).isZero();
    }

    @Test
    void submit_duringARollout_failsAsItDoesWithoutOne() {
        fixture.secondFails.set(true);
        fixture.instead.put((byte) 1, () -> {
            throw new InferenceException("told to fail", null);
        });
        server.rollout(RIDES, V2, CANARY);
        for (int i = 0; i < 100; i++) {
            Request request = Request.of(FakeModel.REQUEST).key("user-" + i);
            assertThat(server.submit(RIDES, request)
                            .<@Nullable Throwable>handle((answer, failure) -> failure)
                            .toCompletableFuture()
                            .join())
                    .as("bare, not wrapped by a stage")
                    .isExactlyInstanceOf(InferenceException.class);
        }
        assertThat(server.leases(RIDES)).isZero();
    }

    /** They are the host's. */
    @Test
    void idsThatFail_failTheRequestAndLeaveNothingPinned() {
        var down = new AtomicBoolean();
        ModelServer own = fixture.replica(
                Signals.none(),
                builder -> builder.ids(() -> {
                    if (down.get()) {
                        throw new IllegalStateException("ids are down");
                    }
                    return UUID.randomUUID().toString();
                }));
        own.rollout(RIDES, V2, CANARY);
        down.set(true);
        Request plain = Request.of(FakeModel.REQUEST);
        for (Request request : List.of(plain, plain.by(VersionPolicy.alias(RIDES.alias("champion"))))) {
            assertThatThrownBy(() -> own.predict(RIDES, request)).hasMessage("ids are down");
            assertThatThrownBy(() -> own.submit(RIDES, request)).hasMessage("ids are down");
        }
        assertThat(own.leases(RIDES)).isZero();
    }

    @Test
    void canary_noRequests_neitherFailsNorAdvances() {
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        clock.advance(Duration.ofDays(30));
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        assertThat(run.decision().orElseThrow().kind()).isEqualTo(Decision.Kind.NO_DATA);
        assertThat(run.share()).isEqualTo(0.1);
    }

    @Test
    void routing_isStickyEqualOnReplicasAndMonotone() {
        try (ModelServer other = fixture.replica()) {
            RolloutRun run = server.rollout(RIDES, V2, CANARY);
            other.tickRollouts();
            Set<String> early = inCandidate(server, 1000);
            assertThat(early).hasSizeBetween(60, 140).isEqualTo(inCandidate(other, 1000));
            clock.advance(Duration.ofMinutes(1));
            run.tick();
            assertThat(run.share()).isEqualTo(0.5);
            other.tickRollouts();
            Set<String> late = inCandidate(server, 1000);
            assertThat(late).hasSizeBetween(420, 580).containsAll(early).isEqualTo(inCandidate(other, 1000));
        }
    }

    private Set<String> inCandidate(ModelServer where, int keys) {
        var in = new TreeSet<String>();
        for (int i = 0; i < keys; i++) {
            if (ask(where, "user-" + i).version().equals(V2)) {
                in.add("user-" + i);
            }
        }
        return in;
    }

    @Test
    void replicas_evidenceAddsUpAndOneDecides() {
        try (ModelServer other = fixture.replica()) {
            RolloutRun run = server.rollout(RIDES, V2, CANARY.steps(0.5));
            RolloutRun same = other.rollout(RIDES, V2, CANARY.steps(0.5));
            assertThat(same.id()).isEqualTo(run.id());
            assertThatThrownBy(() -> other.rollout(RIDES, RIDES.version(3), CANARY))
                    .isInstanceOf(ConflictException.class);
            clock.advance(Duration.ofMinutes(1));
            ask(server, 0, 200);
            ask(other, 200, 400);
            run.tick();
            assertThat(same.tick()).isEqualTo(RolloutState.PROMOTED);
            assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
            assertThat(registry.history(RIDES.alias("champion"))).hasSize(2);
            assertThat(server.served()).containsEntry(RIDES, V2);
            assertThat(other.served()).containsEntry(RIDES, V2);
        }
    }

    @Test
    void reopened_goesOnFromTheJournal() {
        String id = server.rollout(RIDES, V2, CANARY.steps(0.5)).id();
        ask(server, 0, 200);
        server.tickRollouts();
        server.close();
        server = fixture.replica();
        server.tickRollouts();
        clock.advance(Duration.ofMinutes(1));
        ask(server, 200, 600);
        RolloutRun run = server.rollout(RIDES, V2, CANARY.steps(0.5));
        assertThat(run.id()).isEqualTo(id);
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
    }

    @Test
    void aliasMovedBySomebodyElse_endsAsSupersededAndStays() {
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        ask(server, 0, 500);
        fixture.move(RIDES.version(3));
        assertThat(run.tick()).isEqualTo(RolloutState.SUPERSEDED);
        assertThat(registry.resolve(RIDES.alias("champion")).id()).isEqualTo(RIDES.version(3));
        assertThat(server.refresh(RIDES)).isEqualTo(RIDES.version(3));
    }

    @Test
    void pausedThenAborted_leavesTheAlias() {
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        run.pause("lunch", "ana");
        ask(server, 0, 2000);
        clock.advance(Duration.ofHours(1));
        assertThat(run.tick()).isEqualTo(RolloutState.PAUSED);
        assertThat(run.share()).isEqualTo(0.1);
        run.resume("back", "ana");
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
        run.abort("not today", "ana");
        assertThat(run.state()).isEqualTo(RolloutState.ABORTED);
        assertThat(ask(server, "user-1").version()).isEqualTo(V1);
        assertThat(registry.resolve(RIDES.alias("champion")).id()).isEqualTo(V1);
    }

    @Test
    void shadow_failingCandidate_isNeverSeenByACaller() throws Exception {
        fixture.secondFails.set(true);
        RolloutRun run = server.rollout(
                RIDES,
                V2,
                Rollout.shadow()
                        .cores(1)
                        .queue(10_000)
                        .guardedBy(Guardrails.none().errors(0.05)));
        for (int i = 0; i < 500; i++) {
            assertThat(ask(server, "user-" + i).version()).isEqualTo(V1);
        }
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (run.tick() == RolloutState.RUNNING && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(run.await(Duration.ZERO)).contains(RolloutState.ROLLED_BACK);
        assertThat(fixture.threadsOfSecond).containsExactly("mlops-shadow of priority " + Thread.MIN_PRIORITY);
    }

    @Test
    void policyThatDemandsARollout_isMetByOneAndNotByAllAtOnce() {
        registry.policy(RIDES.alias("champion"))
                .demand(new Requirement.GatePassed(Rollouts.GATE))
                .because("nothing unseen", "ana");
        RolloutRun bold = server.rollout(RIDES, V2, Rollout.allAtOnce());
        assertThat(bold.tick()).isEqualTo(RolloutState.REFUSED);
        RolloutRun run = server.rollout(RIDES, V2, CANARY.steps(0.5));
        ask(server, 0, 1000);
        clock.advance(Duration.ofMinutes(1));
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        assertThat(registry.resolve(RIDES.alias("champion")).id()).isEqualTo(V2);
    }

    @Test
    void allAtOnce_isPromotedByTheFirstTick() {
        RolloutRun run = server.rollout(RIDES, V2, Rollout.allAtOnce());
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        assertThat(server.served()).containsEntry(RIDES, V2);
    }

    @Test
    void rollout_ofWhatFollowsNoAlias_isRefusedWithWhatItFollows() {
        assertRefused(VersionPolicy.latest(RIDES), "model rides is served as the latest rides, expected an alias");
        assertRefused(VersionPolicy.pinned(V1), "model rides is served as rides:1, expected an alias");
    }

    private void assertRefused(VersionPolicy policy, String message) {
        try (ModelServer other = ModelServer.of(registry)
                .serve(policy)
                .runtime(FakeModel.runtime(new SimulatedModel(0, 0)))
                .warmUp(WarmUp.none())
                .rollouts(Rollouts.of(registry, fixture.store).byHand())
                .start()) {
            assertThatThrownBy(() -> other.rollout(RIDES, V2, CANARY))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void rollout_guardrailWithoutItsSignal_isRefused() {
        assertThatThrownBy(() -> server.rollout(
                        RIDES, V2, CANARY.guardedBy(Guardrails.defaults().outcomes(0.1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Signals.outcomes");
    }
}
