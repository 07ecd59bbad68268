package io.mlops4j.examples.ridership;

import io.mlops4j.examples.report.Html;
import io.mlops4j.examples.report.TimeChart;
import io.mlops4j.examples.report.TimeChart.Mark;
import io.mlops4j.gate.Evidence;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.PipelineState;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What happened, as text for the terminal and as a page.
 *
 * <p>Immutable.
 *
 * @param settings from when to when
 * @param loop the errors of the loop
 * @param rivals the errors of the others
 * @param alarms when the monitor began to see drift
 * @param runs the runs of the pipeline, the first model's first
 * @param versions every version that was registered
 */
record LoopReport(
        LoopSettings settings,
        Errors loop,
        List<Errors> rivals,
        List<Alarm> alarms,
        List<PipelineRun> runs,
        List<ModelVersion> versions) {
    private static final List<String> COLORS = List.of("#c0392b", "#7f8c9b", "#d9a441", "#8e6bbf");
    private static final double TOP = 8;

    LoopReport {
        rivals = List.copyOf(rivals);
        alarms = List.copyOf(alarms);
        runs = List.copyOf(runs);
        versions = List.copyOf(versions);
    }

    /** The runs that trained again: all but the first model's. */
    static List<PipelineRun> retrains(List<PipelineRun> runs) {
        return runs.stream()
                .filter(run -> !run.id().startsWith(RideLoop.FIRST_RUN))
                .toList();
    }

    /** The final table. The same walk writes the same text. */
    String table() {
        var out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT, "%nRoot mean squared error, %s to %s, thousands of rides%n", settings.start(), last()));
        row(out, loop);
        rivals.forEach(rival -> row(out, rival));
        out.append(String.format(
                Locale.ROOT,
                "%n%d retrains: %d promoted, %d refused by a gate, %d rolled back; %d alarms%n%n",
                retrains(runs).size(),
                retrains(runs).stream().filter(LoopReport::wasPromoted).count(),
                retrains(runs).stream()
                        .filter(run -> run.state() == PipelineState.FAILED)
                        .count(),
                retrains(runs).stream()
                        .filter(run -> run.state() == PipelineState.ROLLBACK)
                        .count(),
                alarms.size()));
        for (ModelVersion version : versions) {
            out.append(String.format(
                    Locale.ROOT,
                    "  %-9s %s  trained to %s%n",
                    version.id(),
                    version.digest().shortHex(),
                    version.tags().get("trained.to")));
        }
        return out.toString();
    }

    private static void row(StringBuilder out, Errors errors) {
        out.append(String.format(Locale.ROOT, "  %-32s %6.3f%n", errors.name(), errors.rmse()));
    }

    private LocalDate last() {
        return settings.end().minusDays(1);
    }

    /** The page; it needs no network. */
    String page() {
        return new Html()
                .heading(1, "A model that keeps itself up to date")
                .paragraph("Daily ridership at Clark/Lake, Chicago, " + settings.start() + " to " + last()
                        + ". Every day a model that this JVM trained, registered and serves predicts the day; the truth"
                        + " arrives " + RideDay.LAG_DAYS + " days later. The weather of a day stands for its forecast."
                        + " No prediction has seen a ridership figure of its own day or a later one.")
                .table(List.of("way of predicting", "RMSE, thousand rides"), errorRows())
                .heading(2, "Error through time")
                .paragraph("Root mean squared error of the last 90 days. Rest the pointer on a dot to see why.")
                .chart(chart())
                .heading(2, "Retrains, and why each was made")
                .table(
                        List.of("day", "asked by", "score", "drift", "new rows", "reason", "candidate", "outcome"),
                        retrains(runs).stream().map(LoopReport::retrainRow).toList())
                .heading(2, "Versions and where they came from")
                .table(
                        List.of("version", "digest", "trained on", "days", "data", "derived from", "run"),
                        versions.stream().map(LoopReport::versionRow).toList())
                .heading(2, "How to read the figures")
                .paragraph("The fixed schedule retrains as often as the loop did, at even distances, and trains on all"
                        + " that is known, while the loop keeps the newest " + LoopSettings.HOLDOUT_DAYS
                        + " days to judge its candidate. The constants of the loop were chosen by looking at this walk:"
                        + " its error shows that the loop works, and is no estimate for another city.")
                .page("mlops4j: the closed loop");
    }

    private List<List<String>> errorRows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(loop.name(), number(loop.rmse())));
        rivals.forEach(rival -> rows.add(List.of(rival.name(), number(rival.rmse()))));
        return rows;
    }

    private TimeChart chart() {
        TimeChart chart = TimeChart.of(settings.start(), settings.end(), TOP, "thousand rides")
                .line(loop.name(), "#1f6fb2", loop.smoothed());
        for (int i = 0; i < rivals.size(); i++) {
            chart.line(
                    rivals.get(i).name(),
                    COLORS.get(i % COLORS.size()),
                    rivals.get(i).smoothed());
        }
        List<PipelineRun> retrains = retrains(runs);
        return chart.lane(
                        "alarms",
                        "#d9822b",
                        alarms.stream()
                                .map(alarm -> new Mark(alarm.date(), alarm.reason()))
                                .toList())
                .lane(
                        "retrains",
                        "#5b6b7b",
                        retrains.stream()
                                .map(run -> new Mark(
                                        day(run.visits().get(0).at()),
                                        run.request().reason()))
                                .toList())
                .lane("promotions", "#2e8b57", marks(retrains, PipelineState.PROMOTED))
                .lane("refusals", "#7f8c9b", marks(retrains, PipelineState.FAILED))
                .lane("rollbacks", "#c0392b", marks(retrains, PipelineState.ROLLBACK));
    }

    private static List<Mark> marks(List<PipelineRun> runs, PipelineState state) {
        List<Mark> marks = new ArrayList<>();
        for (PipelineRun run : runs) {
            for (PipelineRun.Visit visit : run.visits()) {
                if (visit.state() == state) {
                    marks.add(new Mark(day(visit.at()), candidate(run) + " " + outcome(run)));
                }
            }
        }
        return marks;
    }

    private static List<String> retrainRow(PipelineRun run) {
        Evidence why = run.request().evidence();
        return List.of(
                day(run.visits().get(0).at()).toString(),
                why.texts().getOrDefault("signal", ""),
                number(why, "score"),
                number(why, "drift"),
                String.format(Locale.ROOT, "%.0f", why.numbers().getOrDefault("new rows", 0.0)),
                run.request().reason(),
                candidate(run),
                outcome(run));
    }

    private static List<String> versionRow(ModelVersion version) {
        Optional<DatasetRef> data = version.provenance().datasets().stream().findFirst();
        return List.of(
                version.id().toString(),
                version.digest().shortHex(),
                version.tags().get("trained.from") + " to " + version.tags().get("trained.to"),
                data.map(rows -> Long.toString(rows.rows())).orElse(""),
                data.map(rows -> rows.digest().shortHex()).orElse(""),
                version.provenance().parents().stream().map(VersionId::toString).collect(Collectors.joining(", ")),
                version.provenance().run().orElse(""));
    }

    private static boolean wasPromoted(PipelineRun run) {
        return run.state() == PipelineState.PROMOTED || run.state() == PipelineState.ROLLBACK;
    }

    private static String outcome(PipelineRun run) {
        if (run.state() == PipelineState.ROLLBACK) {
            return "rolled back: "
                    + run.rollback().map(PipelineRun.Decision::reason).orElse("");
        }
        String holdout = run.candidate()
                .map(made -> String.format(
                        Locale.ROOT,
                        " (holdout error %.2f, champion %.2f)",
                        made.metrics().getOrDefault(Retraining.CANDIDATE_ERROR, Double.NaN),
                        made.metrics().getOrDefault(Retraining.CHAMPION_ERROR, Double.NaN)))
                .orElse("");
        return (wasPromoted(run)
                        ? "promoted"
                        : "refused: "
                                + run.failure()
                                        .map(PipelineRun.Failure::reason)
                                        .orElse(run.state().toString()))
                + holdout;
    }

    private static String candidate(PipelineRun run) {
        return run.candidate().map(made -> made.version().toString()).orElse("none");
    }

    private static LocalDate day(Instant instant) {
        return instant.atZone(ZoneOffset.UTC).toLocalDate();
    }

    private static String number(Evidence evidence, String name) {
        return number(evidence.numbers().getOrDefault(name, Double.NaN));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
