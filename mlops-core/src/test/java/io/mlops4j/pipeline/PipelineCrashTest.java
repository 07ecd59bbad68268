package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.StorageException;
import io.mlops4j.model.VersionId;
import io.mlops4j.store.DyingStore;
import io.mlops4j.store.MemoryObjectStore;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The process dies at every single write of the journal; whoever opens it next ends where an unbroken run ends. */
class PipelineCrashTest {
    private static final VersionId FIRST = Rig.RIDES.version(1);
    private static final VersionId SECOND = Rig.RIDES.version(2);

    @ParameterizedTest
    @EnumSource(DyingStore.LastPut.class)
    void run_killedAtEveryWrite_goesOnWithTheSameOutcome(DyingStore.LastPut last) {
        int kills = 0;
        for (int puts = 1; killed(puts, last); puts++) {
            kills++;
        }
        // settled, submitted, claimed, 3 moves, 2 verdicts, built, move, 2 verdicts, move, turn, begun, promoted
        assertThat(kills).isEqualTo(16);
    }

    private static boolean killed(int puts, DyingStore.LastPut last) {
        var rig = new Rig();
        var store = new MemoryObjectStore();
        rig.pipeline(store).open().run(Rig.request("first"));
        var dying = new DyingStore(store, puts, last);
        boolean died = false;
        try {
            rig.pipeline(dying).open().run(Rig.request("second"));
        } catch (StorageException e) {
            died = true;
        }

        PromotionPipeline reopened = rig.pipeline(store).open();
        reopened.resume();
        PipelineRun run = reopened.run(Rig.request("second"));

        assertThat(run.state()).as("killed at write %s", puts).isEqualTo(PipelineState.PROMOTED);
        assertThat(run.visits())
                .extracting(PipelineRun.Visit::state)
                .containsExactly(
                        PipelineState.IDLE,
                        PipelineState.TRIGGERED,
                        PipelineState.CI_RUNNING,
                        PipelineState.BUILD,
                        PipelineState.STAGING_EVAL,
                        PipelineState.CT_QUEUED,
                        PipelineState.PROMOTED);
        assertThat(run.judgements())
                .extracting(Judgement::gate)
                .containsExactly("data", "tests", "rmse at most 2.5", "latency");
        assertThat(run.candidate().orElseThrow().version()).isEqualTo(SECOND);
        assertThat(run.replaces()).contains(new PipelineRun.Replaced(Optional.of(FIRST)));
        assertThat(rig.champion).contains(SECOND);
        assertThat(rig.registered).containsOnlyKeys("rides/first/BUILD", "rides/second/BUILD");
        assertThat(rig.moves.stream().map(Promotion.Move::idempotencyKey).distinct())
                .containsExactly("rides/first/PROMOTED", "rides/second/PROMOTED");
        assertThat(rig.stepCalls.size()).isLessThanOrEqualTo(3);
        assertThat(reopened.runs()).hasSize(2);
        return died;
    }

    @ParameterizedTest
    @EnumSource(DyingStore.LastPut.class)
    void rollback_killedAtEveryWrite_isFinishedOrNeverOrdered(DyingStore.LastPut last) {
        for (int puts = 1; puts <= 4; puts++) {
            var rig = new Rig();
            var store = new MemoryObjectStore();
            PromotionPipeline pipeline = rig.pipeline(store).open();
            pipeline.run(Rig.request("first"));
            pipeline.run(Rig.request("second"));
            try {
                rig.pipeline(new DyingStore(store, puts, last)).open().rollback("worse", "ana");
                assertThat(puts).isEqualTo(4);
            } catch (StorageException e) {
                assertThat(puts).isLessThan(4);
            }

            PromotionPipeline reopened = rig.pipeline(store).open();
            reopened.resume();

            // The first put makes durable what is there.
            boolean ordered = puts > 2 || (puts == 2 && last == DyingStore.LastPut.LANDS);
            assertThat(rig.champion).contains(ordered ? FIRST : SECOND);
            assertThat(reopened.find("second").orElseThrow().state())
                    .isEqualTo(ordered ? PipelineState.ROLLBACK : PipelineState.PROMOTED);
            assertThat(reopened.serving().map(PipelineRun::id)).contains(ordered ? "first" : "second");
        }
    }
}
