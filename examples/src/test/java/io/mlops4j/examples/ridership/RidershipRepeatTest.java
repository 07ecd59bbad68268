package io.mlops4j.examples.ridership;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.tracking.RunRecord;
import io.mlops4j.tracking.RunStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same walk comes out however often it is begun, continued or killed. */
class RidershipRepeatTest {
    private static final LocalDate END = LocalDate.of(2006, 2, 1);

    @TempDir
    static Path undisturbedHome;

    private static Walk undisturbed;

    @TempDir
    Path folder;

    @BeforeAll
    static void walkOnce() {
        undisturbed = Walk.in(undisturbedHome, Walk.REAL, END);
        assertThat(undisturbed.versions()).hasSize(2);
    }

    @Test
    void walk_sameSeedInAnotherHome_isTheSame() {
        isUndisturbed(Walk.in(folder, Walk.REAL, END));
    }

    @Test
    void walk_stoppedOnEveryKindOfDay_goesOnTheSame() {
        // A Sunday, a day in the week, the day before a training, its day and the day after.
        for (String day : List.of("2005-01-02", "2005-03-16", "2006-01-01", "2006-01-02", "2006-01-03")) {
            Walk.in(folder, Walk.REAL, LocalDate.parse(day));
        }
        isUndisturbed(Walk.in(folder, Walk.REAL, END));
    }

    @Test
    void walk_killedAgainAndAgain_endsTheSame() throws IOException, InterruptedException {
        Path home = folder.resolve("home");
        String[] arguments = {"--data", Walk.FILE.toString(), "--home", home.toString(), "--until", END.toString()};
        List<BooleanSupplier> moments = List.of(
                commits(home, "tracker", 1), // in the first training
                () -> Program.lines(folder) >= 2, // walking
                commits(home, "training/rides", 2), // decided to train
                commits(home, "tracker", 3), // in the second training
                commits(home, "registry", 3), // registered, not promoted
                commits(home, "registry", 4)); // promoted, the walk does not know yet
        List<Integer> notKilled = new ArrayList<>();
        for (int i = 0; i < moments.size(); i++) {
            if (!Program.kill(folder, moments.get(i), arguments)) {
                notKilled.add(i);
            }
        }
        Program.Ended end = Program.run(folder, arguments);

        assertThat(notKilled).as("moments that never came").isEmpty();
        assertThat(end.exit()).isZero();
        assertThat(end.out())
                .containsSubsequence(undisturbed.report().table().lines().toList());
        isUndisturbed(Walk.in(home, Walk.REAL, END));
    }

    /** Holds when a log has so many commits. */
    private static BooleanSupplier commits(Path home, String log, int atLeast) {
        Path logFolder = home.resolve("logs").resolve(log);
        return () -> {
            if (!Files.isDirectory(logFolder)) {
                return false;
            }
            try (Stream<Path> files = Files.list(logFolder)) {
                return files.filter(file -> file.getFileName().toString().startsWith("0"))
                                .count()
                        >= atLeast;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private static void isUndisturbed(Walk walk) {
        assertThat(walk.served()).isEqualTo(undisturbed.served());
        assertThat(walk.alarms()).isEqualTo(undisturbed.alarms());
        assertThat(walk.versions())
                .extracting(ModelVersion::id, ModelVersion::digest)
                .isEqualTo(undisturbed.versions().stream()
                        .map(version -> org.assertj.core.groups.Tuple.tuple(version.id(), version.digest()))
                        .toList());
        assertThat(walk.moves()).isEqualTo(undisturbed.moves());
        assertThat(walk.runs())
                .extracting(PipelineRun::request)
                .isEqualTo(undisturbed.runs().stream().map(PipelineRun::request).toList());
        assertThat(walk.tracked()).allMatch(run -> run.status() == RunStatus.FINISHED);
        assertThat(walk.tracked())
                .extracting(RunRecord::id)
                .isEqualTo(undisturbed.tracked().stream().map(RunRecord::id).toList());
        assertThat(walk.report().table()).isEqualTo(undisturbed.report().table());
    }
}
