package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V1;
import static io.mlops4j.serving.RolloutFixture.V2;
import static io.mlops4j.serving.RolloutFixture.ask;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.registry.AliasMove;
import io.mlops4j.registry.GateVerdicts;
import io.mlops4j.registry.VersionChange;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.serving.rollout.Canary;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Rollouts;
import io.mlops4j.serving.rollout.Signals;
import io.mlops4j.store.CommitLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What several replicas do together, and what one shows of it. */
@Timeout(60)
final class RolloutReplicasTest {
    private static final Canary HALF = Rollout.canary()
            .steps(0.5)
            .holding(Duration.ofMinutes(1))
            .atLeast(50)
            .guardedBy(Guardrails.none().errors(0.05));

    /** None of them has seen a tenth of the minimum, and what each learns is little beside what all have said. */
    @Test
    void manyReplicas_reachTheMinimumTogether() {
        try (var fixture = new RolloutFixture()) {
            List<ModelServer> replicas =
                    Stream.generate(fixture::replica).limit(20).toList();
            RolloutRun run = replicas.get(0).rollout(RIDES, V2, HALF.atLeast(300));
            replicas.forEach(ModelServer::tickRollouts);
            fixture.clock.advance(Duration.ofMinutes(1));
            askEach(replicas, 20);
            replicas.forEach(ModelServer::tickRollouts);
            assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
            askEach(replicas, 15);
            replicas.forEach(ModelServer::tickRollouts);
            assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        }
    }

    private static void askEach(List<ModelServer> replicas, int requests) {
        for (int i = 0; i < replicas.size(); i++) {
            ask(replicas.get(i), 1000 * i, 1000 * i + requests);
        }
    }

    @Test
    void replicasThatPromoteAtTheSameTime_decideOnceAndMoveOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 20; round++) {
                try (var fixture = new RolloutFixture()) {
                    promoteTwice(fixture, pool);
                }
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static void promoteTwice(RolloutFixture fixture, ExecutorService pool) throws Exception {
        ModelServer first = fixture.replica();
        ModelServer second = fixture.replica();
        RolloutRun run = first.rollout(RIDES, V2, HALF);
        RolloutRun same = second.rollout(RIDES, V2, HALF);
        ask(first, 0, 300);
        ask(second, 300, 600);
        run.tick();
        same.tick();
        fixture.clock.advance(Duration.ofMinutes(1));
        var barrier = new CyclicBarrier(2);
        List<Future<RolloutState>> ticks = Stream.of(run, same)
                .map(each -> pool.submit((Callable<RolloutState>) () -> {
                    barrier.await(20, TimeUnit.SECONDS);
                    return each.tick();
                }))
                .toList();
        for (Future<RolloutState> tick : ticks) {
            assertThat(tick.get(20, TimeUnit.SECONDS)).isEqualTo(RolloutState.PROMOTED);
        }
        assertThat(journalled(fixture, "decided")).isEqualTo(1);
        assertThat(journalled(fixture, "ended")).isEqualTo(1);
        assertRecordedOnce(fixture, run);
        assertThat(first.served()).containsEntry(RIDES, V2);
        assertThat(second.served()).containsEntry(RIDES, V2);
    }

    private static long journalled(RolloutFixture fixture, String event) {
        return CommitLog.open(fixture.store, "rollouts/" + RIDES, fixture.clock)
                .read(CommitLog.Position.START, 1000)
                .stream()
                .filter(commit -> new String(commit.event(), UTF_8).contains("\"" + event + "\""))
                .count();
    }

    private static void assertRecordedOnce(RolloutFixture fixture, RolloutRun run) {
        List<AliasMove> moves = fixture.registry.history(RIDES.alias("champion"));
        assertThat(moves).hasSize(2);
        assertThat(moves.get(1).reason()).startsWith("rollout " + run.id() + ": the candidate is no worse");
        VersionRecord record = fixture.registry.record(V2);
        assertThat(record.changes())
                .extracting(VersionChange::edit)
                .asInstanceOf(InstanceOfAssertFactories.list(GateVerdicts.class))
                .as("each decision, once")
                .doesNotHaveDuplicates()
                .filteredOn(said -> said.verdicts().containsKey(Rollouts.GATE))
                .hasSize(1);
        assertThat(record.verdicts()).hasEntrySatisfying(Rollouts.GATE, said -> {
            assertThat(said.verdict().kind()).isEqualTo(Verdict.Kind.PASS);
            assertThat(said.verdict().evidence().texts()).containsEntry("incumbent", V1.toString());
            assertThat(said.verdict().evidence().numbers())
                    .hasEntrySatisfying(
                            "errors log e no worse", log -> assertThat(log).isGreaterThanOrEqualTo(Math.log(20)))
                    .hasEntrySatisfying(
                            "candidate requests", asked -> assertThat(asked).isBetween(250.0, 350.0));
        });
    }

    /** Each version is a file of one byte, and nobody tells its memory: it counts as two. */
    @Test
    void replicaWithoutRoomForTheCandidate_servesTheIncumbentAndLeavesTheRolloutToTheOthers() {
        try (var fixture = new RolloutFixture()) {
            ModelServer tight = fixture.replica(
                    Signals.none(),
                    builder -> builder.memory(MemoryBudget.ofBytes(3).measuredBy(OptionalLong::empty)));
            ModelServer wide = fixture.replica();
            RolloutRun run = wide.rollout(RIDES, V2, HALF);
            for (int i = 0; i < 10; i++) {
                tight.tickRollouts();
            }
            assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
            assertThatThrownBy(() -> tight.rollout(RIDES, V2, HALF)).isInstanceOf(RejectedModelException.class);
            assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
            assertThat(ask(tight, 0, 100))
                    .allSatisfy(answer -> assertThat(answer.version()).isEqualTo(V1));
            ask(wide, 0, 1000);
            fixture.clock.advance(Duration.ofMinutes(1));
            assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        }
    }

    /** Who begins a rollout and has no room for it has begun nothing. */
    @Test
    void rollout_begunWithoutRoom_isOver() {
        try (var fixture = new RolloutFixture()) {
            ModelServer tight = fixture.replica(
                    Signals.none(),
                    builder -> builder.memory(MemoryBudget.ofBytes(3).measuredBy(OptionalLong::empty)));
            assertThatThrownBy(() -> tight.rollout(RIDES, V2, HALF)).isInstanceOf(RejectedModelException.class);
            assertThat(fixture.replica().rollout(RIDES)).isEmpty();
            assertThat(requireNonNull(fixture.registry.record(V2).verdicts().get(Rollouts.GATE))
                            .verdict()
                            .kind())
                    .as("the candidate is not to blame")
                    .isEqualTo(Verdict.Kind.INCONCLUSIVE);
        }
    }

    /** All that is loaded is busy, so nothing can make room in time. */
    @Test
    void rollout_begunUnderTooMuchLoad_isOver() throws Exception {
        ModelName other = ModelName.of("other");
        byte[] file = {1};
        VerifiedModel alike = VerifiedModel.verify("other:1", "model", file, Digest.of(file), Map.of());
        var begun = new Semaphore(0);
        var go = new CountDownLatch(1);
        ExecutorService callers = Executors.newFixedThreadPool(2);
        try (var fixture = new RolloutFixture()) {
            ModelServer tight = fixture.replica(Signals.none(), builder -> builder.serve(other, alike)
                    .drainTimeout(Duration.ofMillis(1))
                    .memory(MemoryBudget.ofBytes(5).measuredBy(OptionalLong::empty)));
            fixture.instead.put((byte) 1, () -> {
                begun.release();
                awaitUninterruptibly(go);
            });
            List<Future<Prediction>> busy = Stream.of(RIDES, other)
                    .map(model -> callers.submit(() -> tight.predict(model, Request.of(FakeModel.REQUEST))))
                    .toList();
            try {
                begun.acquire(2);
                assertThatThrownBy(() -> tight.rollout(RIDES, V2, HALF))
                        .isInstanceOf(OverloadedException.class)
                        .hasMessageContaining("requests are under way");
                assertThat(tight.rollout(RIDES)).as("nobody has begun it").isEmpty();
                assertThat(requireNonNull(fixture.registry.record(V2).verdicts().get(Rollouts.GATE))
                                .verdict()
                                .kind())
                        .as("the candidate is not to blame")
                        .isEqualTo(Verdict.Kind.INCONCLUSIVE);
            } finally {
                go.countDown(); // before the fixture is closed, which waits for the calls
            }
            for (Future<Prediction> answer : busy) {
                assertThat(answer.get(20, TimeUnit.SECONDS).tensor("y").floats())
                        .containsExactly(1);
            }
            assertThat(tight.rollout(RIDES, V2, HALF).state()).isEqualTo(RolloutState.RUNNING);
        } finally {
            callers.shutdownNow();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void meters_tellOfTheRolloutAndAreBounded() {
        var meters = new SimpleMeterRegistry();
        try (var fixture = new RolloutFixture()) {
            ModelServer server = fixture.replica(Signals.none(), builder -> builder.meters(meters));
            Set<String> atFirst = names(meters);
            assertThat(meters.get(RolloutMeters.RUNNING).gauge().value()).isZero();
            RolloutRun run = server.rollout(RIDES, V2, HALF);
            assertThat(meters.get(RolloutMeters.RUNNING).gauge().value()).isEqualTo(1);
            assertThat(meters.get(RolloutMeters.SHARE).gauge().value()).isEqualTo(0.5);
            run.tick();
            assertThat(count(meters, RolloutMeters.DECISIONS, "kind", "no_data"))
                    .isEqualTo(1);
            assertThat(evidence(meters, "worse")).isNaN();
            ask(server, 0, 100);
            run.tick();
            assertThat(evidence(meters, "no_worse")).isPositive();
            assertThat(evidence(meters, "worse")).isNegative();
            fixture.secondFails.set(true);
            ask(server, 100, 400);
            assertThat(run.tick()).isEqualTo(RolloutState.ROLLED_BACK);
            assertThat(count(meters, RolloutMeters.DECISIONS, "kind", "roll_back"))
                    .isEqualTo(1);
            assertThat(count(meters, RolloutMeters.ENDED, "state", "rolled_back"))
                    .isEqualTo(1);
            assertThat(meters.get(RolloutMeters.RUNNING).gauge().value()).isZero();
            assertThat(meters.get(RolloutMeters.SHARE).gauge().value()).isCloseTo(0, within(0.0));
            server.rollout(RIDES, RIDES.version(3), HALF).abort("enough", "ana");
            assertThat(count(meters, RolloutMeters.ENDED, "state", "aborted")).isEqualTo(1);
            assertThat(names(meters)).isEqualTo(atFirst);
        }
        assertThat(meters.getMeters()).isEmpty();
    }

    private static Set<String> names(SimpleMeterRegistry meters) {
        var names = new TreeSet<String>();
        for (Meter meter : meters.getMeters()) {
            names.add(meter.getId().getName() + meter.getId().getTags());
        }
        return names;
    }

    private static double count(SimpleMeterRegistry meters, String name, String tag, String value) {
        return meters.get(name).tag(tag, value).counter().count();
    }

    private static double evidence(SimpleMeterRegistry meters, String what) {
        return meters.get(RolloutMeters.EVIDENCE)
                .tags("question", "errors", "for", what)
                .gauge()
                .value();
    }
}
