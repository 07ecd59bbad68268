package io.mlops4j.examples.ridership;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.VersionId;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.PipelineState;
import io.mlops4j.registry.AliasMove;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A feed that counts a third of the riders for forty days, then recovers. The loop alarms, trains on the false figures,
 * and finds the candidate better on a holdout that is as false; once the truth is back, the candidate must go.
 */
class RidershipRollbackTest {
    private static final LocalDate FALSE_FROM = LocalDate.of(2005, 3, 1);
    private static final LocalDate TRUE_FROM = FALSE_FROM.plusDays(40);
    private static final LocalDate END = LocalDate.of(2005, 8, 1);
    private static final double SHARE = 1 / 3.0;

    @TempDir
    Path folder;

    @Test
    void walk_modelTrainedOnFalseFigures_isRolledBackByTheLoop() {
        Walk walk = Walk.in(folder, badFeed(), END);

        List<PipelineRun> rolledBack = walk.runs().stream()
                .filter(run -> run.state() == PipelineState.ROLLBACK)
                .toList();
        assertThat(rolledBack).hasSize(1);
        PipelineRun run = rolledBack.get(0);
        VersionId bad = run.candidate().orElseThrow().version();
        VersionId predecessor = run.replaces().orElseThrow().previous().orElseThrow();
        String reason = run.rollback().orElseThrow().reason();
        assertThat(run.status()).isEqualTo(PipelineRun.Status.ROLLED_BACK);
        assertThat(run.rollback().orElseThrow().actor()).isEqualTo("closed loop");
        assertThat(reason).contains("28 days", "its predecessor by", "z = ");

        AliasMove back = walk.moves().stream()
                .filter(move -> move.kind() == AliasMove.Kind.ROLLED_BACK)
                .findFirst()
                .orElseThrow();
        assertThat(back.from()).contains(bad);
        assertThat(back.to()).contains(predecessor);

        LocalDate promoted = entered(run, PipelineState.PROMOTED);
        LocalDate taken = entered(run, PipelineState.ROLLBACK);
        LocalDate next = walk.runs().stream()
                .map(other -> entered(other, PipelineState.IDLE))
                .filter(day -> day.isAfter(taken))
                .findFirst()
                .orElse(END);
        assertThat(walk.servedBy(promoted, taken)).containsExactly(bad);
        assertThat(walk.servedBy(taken, next)).containsExactly(predecessor);
        assertThat(walk.served())
                .hasSize((int) (END.toEpochDay() - LoopSettings.DEFAULT_START.toEpochDay()))
                .allMatch(one -> Float.isFinite(one.ridership()));
        assertThat(walk.report().table()).contains("1 rolled back");
        assertThat(walk.report().page()).contains("rolled back: " + reason);
    }

    private static LocalDate entered(PipelineRun run, PipelineState state) {
        Instant at = run.visits().stream()
                .filter(visit -> visit.state() == state)
                .findFirst()
                .orElseThrow()
                .at();
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }

    private static RideData badFeed() {
        return new RideData(Walk.REAL.days().stream()
                .map(day -> new RideDay(
                        day.date(),
                        isFalse(day.date().minusDays(RideDay.LAG_DAYS))
                                ? day.lagged().stream()
                                        .map(rides -> (float) (rides * SHARE))
                                        .toList()
                                : day.lagged(),
                        day.weather(),
                        isFalse(day.date()) ? day.ridership() * SHARE : day.ridership()))
                .toList());
    }

    private static boolean isFalse(LocalDate day) {
        return !day.isBefore(FALSE_FROM) && day.isBefore(TRUE_FROM);
    }
}
