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
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A feed that misses every seventh rider for forty days before a retrain, then recovers: too little for an alarm, but
 * the candidate learns it, and looks better on a holdout that is as false. Once the truth is back, the candidate must
 * go.
 */
class RidershipRollbackTest {
    private static final LocalDate FALSE_FROM = LocalDate.of(2005, 11, 10);
    private static final LocalDate TRUE_FROM = FALSE_FROM.plusDays(40);
    private static final LocalDate END = LocalDate.of(2006, 3, 15);
    private static final double SHARE = 0.85;

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
        assertThat(reason).contains("29 days", "its predecessor by", "z = ");

        AliasMove back = walk.moves().stream()
                .filter(move -> move.from().equals(Optional.of(bad)))
                .findFirst()
                .orElseThrow();
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
        assertThat(walk.report().page()).contains("rolled back: " + reason, ">rollbacks<");
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
