package io.mlops4j.examples.ridership;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.Workspace;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.registry.AliasMove;
import io.mlops4j.tracking.RunQuery;
import io.mlops4j.tracking.RunRecord;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;

/**
 * All that a walk left behind in its home.
 *
 * @param served every prediction
 * @param alarms every alarm
 * @param runs the runs of the pipeline
 * @param versions every registered version
 * @param moves the history of the champion's alias
 * @param tracked the tracked runs, by id
 * @param report the report, for its table and page
 */
record Walk(
        List<Served> served,
        List<Alarm> alarms,
        List<PipelineRun> runs,
        List<ModelVersion> versions,
        List<AliasMove> moves,
        List<RunRecord> tracked,
        LoopReport report) {
    static final Path FILE = Path.of("data", "chicago-l-quickstart.csv");
    static final RideData REAL = RideData.read(FILE);

    private static final RideLoop.Progress QUIET = new RideLoop.Progress() {
        @Override
        public void onMorning(LocalDate day, VersionId serving) {}

        @Override
        public void onDecision(LocalDate day, String what) {}
    };

    /** Walks from where the home is to the day before {@code until}. */
    static Walk in(Path folder, RideData data, LocalDate until) {
        var settings = new LoopSettings(LoopSettings.DEFAULT_START, until, LoopSettings.DEFAULT_SEED);
        var clock = new SimulatedClock(settings.start());
        try (var home = Workspace.open(folder, clock, new SimpleMeterRegistry());
                var loop = RideLoop.open(home, data, settings, clock)) {
            loop.walk(QUIET);
            return new Walk(
                    loop.past().served(),
                    loop.past().alarms(),
                    loop.pipeline().runs(),
                    home.registry().versions(RideLoop.RIDES),
                    home.registry().history(RideLoop.CHAMPION),
                    home.tracker().find(RunQuery.all()).stream()
                            .sorted(Comparator.comparing(RunRecord::id))
                            .toList(),
                    ClosedLoop.report(home, loop, data, settings));
        }
    }

    List<Served> servedBefore(LocalDate day) {
        return served.stream().filter(one -> one.date().isBefore(day)).toList();
    }

    List<VersionId> servedBy(LocalDate from, LocalDate until) {
        return servedBefore(until).stream()
                .filter(one -> !one.date().isBefore(from))
                .map(Served::version)
                .distinct()
                .toList();
    }
}
