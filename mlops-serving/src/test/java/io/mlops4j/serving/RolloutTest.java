package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.serving.rollout.Canary;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Rollouts;
import io.mlops4j.store.Content;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rollouts from the first request to the moved alias, with a clock that is moved and ticks by hand. */
@Timeout(60)
final class RolloutTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final VersionId V1 = RIDES.version(1);
    private static final VersionId V2 = RIDES.version(2);
    private static final Canary CANARY = Rollout.canary()
            .steps(0.1, 0.5)
            .holding(Duration.ofMinutes(1))
            .atLeast(50)
            .guardedBy(Guardrails.none().errors(0.05));

    private final ManualClock clock = ManualClock.at(Instant.parse("2026-11-21T12:00:00Z"));
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final AtomicBoolean secondFails = new AtomicBoolean();
    private ModelRegistry registry;
    private ModelServer server;

    @BeforeEach
    void start() {
        registry = StoreRegistry.open(store, clock);
        for (int number = 1; number <= 3; number++) {
            registry.register(Registration.of(RIDES)
                    .file(ModelVersion.MODEL_FILE, Content.of(new byte[] {(byte) number}))
                    .provenance(Provenance.unknown()));
        }
        move(V1);
        server = replica();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void move(VersionId version) {
        registry.move(RIDES.alias("champion")).to(registry.version(version)).because("test", "test");
    }

    private ModelServer replica() {
        return ModelServer.of(registry)
                .serve(RIDES.alias("champion"))
                .runtime(new Numbers())
                .warmUp(WarmUp.none())
                .clock(clock)
                .rollouts(Rollouts.of(registry, store).clock(clock).byHand())
                .start();
    }

    private Prediction ask(ModelServer where, String key) {
        return where.predict(RIDES, Request.of(FakeModel.REQUEST).key(key));
    }

    private void ask(ModelServer where, int from, int to) {
        for (int i = from; i < to; i++) {
            ask(where, "user-" + i);
        }
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
    }

    @Test
    void canary_failingCandidate_isRolledBackAndNoCallerFails() {
        secondFails.set(true);
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        for (int i = 0; i < 1000; i++) {
            assertThat(ask(server, "user-" + i).version()).isEqualTo(V1);
        }
        assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
        assertThat(run.reason().orElseThrow()).contains("errors");
        assertThat(registry.resolve(RIDES.alias("champion")).id()).isEqualTo(V1);
        assertThat(server.leases(RIDES)).isZero();
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
        try (ModelServer other = replica()) {
            RolloutRun run = server.rollout(RIDES, V2, CANARY);
            other.tickRollouts();
            TreeSet<String> early = inCandidate(server, 1000);
            assertThat(early).hasSizeBetween(60, 140).isEqualTo(inCandidate(other, 1000));
            clock.advance(Duration.ofMinutes(1));
            run.tick();
            assertThat(run.share()).isEqualTo(0.5);
            other.tickRollouts();
            TreeSet<String> late = inCandidate(server, 1000);
            assertThat(late).hasSizeBetween(420, 580).containsAll(early).isEqualTo(inCandidate(other, 1000));
        }
    }

    private TreeSet<String> inCandidate(ModelServer where, int keys) {
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
        try (ModelServer other = replica()) {
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
        server = replica();
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
        move(RIDES.version(3));
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
        secondFails.set(true);
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
    }

    @Test
    void allAtOnce_isPromotedByTheFirstTick() {
        RolloutRun run = server.rollout(RIDES, V2, Rollout.allAtOnce());
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        assertThat(server.served()).containsEntry(RIDES, V2);
    }

    @Test
    void rollout_guardrailWithoutItsSignal_isRefused() {
        assertThatThrownBy(() -> server.rollout(
                        RIDES, V2, CANARY.guardedBy(Guardrails.defaults().outcomes(0.1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Signals.outcomes");
    }

    /** Answers with the number in the file; the second version fails if told to. */
    private final class Numbers implements InferenceRuntime {
        @Override
        public String name() {
            return "numbers";
        }

        @Override
        public boolean accepts(VerifiedModel model) {
            return true;
        }

        @Override
        public LoadedModel load(VerifiedModel model) {
            byte number = model.bytes()[0];
            return new LoadedModel() {
                @Override
                public Signature signature() {
                    return new Signature(
                            List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC)),
                            List.of(TensorSpec.of("y", ElementType.FLOAT32, Shape.DYNAMIC)));
                }

                @Override
                public Map<String, Value> run(Map<String, Value> inputs) {
                    if (number == 2 && secondFails.get()) {
                        throw new InferenceException("told to fail", null);
                    }
                    return Map.of("y", Tensor.ofFloats(new float[] {number}, 1));
                }

                @Override
                public void close() {
                    // Holds nothing.
                }
            };
        }
    }
}
