package io.mlops4j.serving;

import static io.mlops4j.serving.RolloutFixture.RIDES;
import static io.mlops4j.serving.RolloutFixture.V2;
import static io.mlops4j.serving.RolloutFixture.ask;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.mlops4j.RejectedModelException;
import io.mlops4j.StorageException;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.registry.GateVerdicts;
import io.mlops4j.serving.rollout.Canary;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutEntry;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Rollouts;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What users can learn of a rollout: each decision with its time and evidence, and the run itself after a restart. */
@Timeout(60)
final class RolloutHistoryTest {
    private static final Canary CANARY = Rollout.canary()
            .steps(0.1, 0.5)
            .holding(Duration.ofMinutes(1))
            .atLeast(50)
            .guardedBy(Guardrails.none().errors(0.05));

    private final RolloutFixture fixture = new RolloutFixture();
    private final ModelServer server = fixture.replica();

    @AfterEach
    void close() {
        fixture.close();
    }

    private static Optional<Decision.Kind> kind(RolloutEntry entry) {
        return entry.decision().map(Decision::kind);
    }

    @Test
    void history_hasEveryDecisionWithItsTimeAndEvidence() {
        server.rollout(RIDES, V2, CANARY).abort("another one first", "ana");
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        run.tick();
        run.pause("lunch", "ana");
        run.resume("back", "ben");
        ask(server, 0, 2000);
        fixture.clock.advance(Duration.ofMinutes(1));
        run.tick();
        fixture.clock.advance(Duration.ofMinutes(1));
        ask(server, 2000, 4000);
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        List<RolloutEntry> history = run.history();
        assertThat(history)
                .extracting(RolloutEntry::state, RolloutEntry::share, RolloutHistoryTest::kind, RolloutEntry::actor)
                .containsExactly(
                        tuple(RolloutState.RUNNING, 0.1, Optional.of(Decision.Kind.NO_DATA), "rollout"),
                        tuple(RolloutState.PAUSED, 0.1, Optional.empty(), "ana"),
                        tuple(RolloutState.RUNNING, 0.1, Optional.empty(), "ben"),
                        tuple(RolloutState.RUNNING, 0.5, Optional.of(Decision.Kind.PROMOTE), "rollout"),
                        tuple(RolloutState.PROMOTING, 0.5, Optional.of(Decision.Kind.PROMOTE), "rollout"),
                        tuple(RolloutState.PROMOTED, 0.5, Optional.empty(), "rollout"));
        assertThat(history).extracting(RolloutEntry::reason).contains("lunch", "back", "promoted");
        assertThat(Duration.between(history.get(0).at(), history.get(4).at())).isEqualTo(Duration.ofMinutes(2));
        assertThat(history.get(4).decision().orElseThrow().evidence().numbers()).containsKey("errors log e no worse");
        assertThat(history).isUnmodifiable();
    }

    @Test
    void rollout_underWay_isFoundAfterARestart() {
        assertThat(server.rollout(RIDES)).isEmpty();
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        run.pause("lunch", "ana");
        assertThat(server.rollout(RIDES)).containsSame(run);
        server.close();
        ModelServer again = fixture.replica();
        RolloutRun same = again.rollout(RIDES).orElseThrow();
        assertThat(same.id()).isEqualTo(run.id());
        assertThat(same.history()).isEqualTo(run.history()).hasSize(1);
        same.abort("not today", "ana");
        assertThat(again.rollout(RIDES)).isEmpty();
        assertThat(same.history()).last().satisfies(end -> assertThat(end.state())
                .isEqualTo(RolloutState.ABORTED));
    }

    /** Two steps with a pause between, up to the last of them. */
    private RolloutRun runToTheSecondStep() {
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        run.tick();
        run.pause("lunch", "ana");
        run.resume("back", "ben");
        ask(server, 0, 2000);
        fixture.clock.advance(Duration.ofMinutes(1));
        run.tick();
        return run;
    }

    private List<Verdict> course() {
        return fixture.registry.record(V2).changes().stream()
                .map(change -> ((GateVerdicts) change.edit()).verdicts().get(Rollouts.COURSE_GATE))
                .filter(Objects::nonNull)
                .toList();
    }

    @Test
    void decisionsOnTheWay_areInTheRegistryWithTheirEvidence() {
        RolloutRun run = runToTheSecondStep();
        assertThat(course())
                .allSatisfy(said -> assertThat(said.kind()).isEqualTo(Verdict.Kind.INCONCLUSIVE))
                .extracting(Verdict::reason, said -> said.evidence().texts().get("actor"))
                .containsExactly(
                        tuple("no data on errors", "rollout"),
                        tuple("lunch", "ana"),
                        tuple("back", "ben"),
                        tuple("the candidate is no worse", "rollout"));
        Evidence step = course().get(3).evidence();
        assertThat(step.numbers()).containsEntry("share", 0.5).containsKey("errors log e no worse");
        assertThat(step.texts())
                .containsEntry("rollout", run.id())
                .containsEntry("decision", "PROMOTE")
                .containsEntry("decided at", "2026-11-21T12:01:00Z");
        assertThat(fixture.registry.record(V2).verdicts())
                .as("on the way nothing is said of the end")
                .doesNotContainKey(Rollouts.GATE);
        ask(server, 2000, 4000);
        fixture.clock.advance(Duration.ofMinutes(1));
        assertThat(run.tick()).isEqualTo(RolloutState.PROMOTED);
        assertThat(course()).last().as("the end belongs to the course").isEqualTo(recorded());
        assertThat(recorded().kind()).isEqualTo(Verdict.Kind.PASS);
    }

    @Test
    void decisionsThatCouldNotBeRecorded_areRecordedWithTheNextTick() {
        fixture.editsFail.set(true);
        RolloutRun run = runToTheSecondStep();
        assertThat(run.state()).as("nothing waits for the registry").isEqualTo(RolloutState.RUNNING);
        assertThat(run.share()).isEqualTo(0.5);
        assertThat(course()).isEmpty();
        fixture.editsFail.set(false);
        run.tick();
        assertThat(course())
                .extracting(Verdict::reason)
                .containsExactly(
                        "no data on errors", "lunch", "back", "the candidate is no worse", "no request in this step");
        run.tick();
        assertThat(course()).as("once").hasSize(5);
        run.abort("seen enough", "ana");
        assertThat(course()).hasSize(6).last().isEqualTo(recorded());
    }

    /** Its replica could not tell the registry in time, and another has ended the rollout since. */
    @Test
    void decisionThatIsLate_doesNotStandOverTheEnd() {
        RolloutRun here = server.rollout(RIDES, V2, CANARY);
        RolloutRun there = fixture.replica().rollout(RIDES).orElseThrow();
        fixture.editsFail.set(true);
        here.tick();
        fixture.editsFail.set(false);
        there.abort("not today", "ana");
        assertThat(here.tick()).isEqualTo(RolloutState.ABORTED);
        assertThat(course()).containsExactly(recorded());
        assertThat(here.history()).extracting(RolloutEntry::reason).containsExactly("no data on errors", "not today");
    }

    @Test
    void endThatCouldNotBeRecorded_isRecordedByWhoComesAfter() {
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        ask(server, 0, 100);
        run.tick();
        fixture.editsFail.set(true);
        assertThatThrownBy(() -> run.abort("not today", "ana")).isInstanceOf(StorageException.class);
        server.close();
        ModelServer again = fixture.replica();
        assertThatThrownBy(again::tickRollouts).isInstanceOf(StorageException.class);
        fixture.editsFail.set(false);
        again.tickRollouts();
        assertRecorded(run, Verdict.Kind.INCONCLUSIVE, "aborted: not today");
        again.tickRollouts();
        assertThat(course()).extracting(Verdict::reason).containsOnlyOnce("aborted: not today");
    }

    /** What cannot be read back must not get into the journal, which all replicas follow. */
    @Test
    @SuppressWarnings("NullAway") // hosts may be written without it
    void pause_withoutAReasonOrAnActor_isRefusedAndTheRolloutGoesOn() {
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        assertThatNullPointerException()
                .isThrownBy(() -> run.pause(null, "ana"))
                .withMessage("reason");
        assertThatNullPointerException()
                .isThrownBy(() -> run.pause("lunch", null))
                .withMessage("actor");
        assertThatNullPointerException()
                .isThrownBy(() -> run.resume(null, "ana"))
                .withMessage("reason");
        assertThatNullPointerException()
                .isThrownBy(() -> run.abort("not today", null))
                .withMessage("actor");
        assertThat(run.tick()).isEqualTo(RolloutState.RUNNING);
    }

    /** Cannot even say what it takes. */
    private static final class BrokenScorer implements RowScorer {
        @Override
        public int features() {
            throw new IllegalStateException("told to be broken");
        }

        @Override
        public int outputs() {
            return 1;
        }

        @Override
        public void score(float[] row, float[] out) {}
    }

    private Verdict recorded() {
        return requireNonNull(fixture.registry.record(V2).verdicts().get(Rollouts.GATE))
                .verdict();
    }

    private void assertRecorded(RolloutRun run, Verdict.Kind kind, String reason) {
        Verdict verdict = recorded();
        assertThat(verdict.kind()).isEqualTo(kind);
        assertThat(verdict.reason()).contains(reason);
        assertThat(verdict.evidence().texts()).containsEntry("rollout", run.id());
        assertThat(verdict.evidence().numbers()).containsKey("candidate requests");
    }

    @Test
    void abortedRollout_isRecordedInTheRegistryAsUndecided() {
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        ask(server, 0, 100);
        run.tick();
        run.abort("not today", "ana");
        assertRecorded(run, Verdict.Kind.INCONCLUSIVE, "aborted: not today");
    }

    @Test
    void supersededRollout_isRecordedInTheRegistryAsUndecided() {
        RolloutRun run = server.rollout(RIDES, V2, CANARY);
        ask(server, 0, 100);
        run.tick();
        fixture.move(RIDES.version(3));
        assertThat(run.tick()).isEqualTo(RolloutState.SUPERSEDED);
        assertRecorded(run, Verdict.Kind.INCONCLUSIVE, "superseded: alias rides@champion was moved to rides:3");
    }

    @Test
    void candidateThatCannotBeLoaded_isRecordedInTheRegistryAsFailed() {
        fixture.others.put((byte) 2, new ScoredModel(new BrokenScorer()));
        assertThatThrownBy(() -> server.rollout(RIDES, V2, CANARY)).isInstanceOf(RejectedModelException.class);
        assertThat(server.rollout(RIDES)).isEmpty();
        assertThat(recorded().kind()).isEqualTo(Verdict.Kind.FAIL);
        assertThat(recorded().reason()).contains("told to be broken");
        assertThat(recorded().evidence().texts()).containsKey("rollout");
    }
}
