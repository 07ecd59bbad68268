package io.mlops4j.examples.ridership;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.MlopsException;
import io.mlops4j.StorageException;
import io.mlops4j.Workspace;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.pipeline.PipelineRun;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the closed loop and writes its report.
 *
 * <pre>{@code
 * ClosedLoop [--data FILE] [--home DIRECTORY] [--until DATE] [--seed NUMBER]
 * }</pre>
 *
 * <p>Everything is kept in the home directory. Kill the program and start it again: it goes on where it was. Started
 * again after the end, it writes the same report from what it has; delete the directory to begin anew.
 */
public final class ClosedLoop {
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private final PrintStream out;

    private ClosedLoop(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the program.
     *
     * @param args see above
     */
    public static void main(String[] args) {
        try {
            new ClosedLoop(System.out).run(Arguments.parse(args));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(MISUSED);
        } catch (MlopsException e) {
            System.err.println(e.getMessage());
            System.exit(FAILED);
        }
    }

    /** What the command line says. */
    private record Arguments(Path data, Path home, LocalDate until, long seed) {
        static Arguments parse(String... args) {
            Map<String, String> given = new HashMap<>(Map.of(
                    "--data", "data/chicago-l-quickstart.csv",
                    "--home", "target/closed-loop",
                    "--until", "2016-08-29",
                    "--seed", Long.toString(LoopSettings.DEFAULT_SEED)));
            for (int i = 0; i < args.length; i += 2) {
                if (!given.containsKey(args[i]) || i + 1 == args.length) {
                    throw new IllegalArgumentException("Unknown argument " + args[i] + ": expected " + given.keySet()
                            + ", each followed by a value");
                }
                given.put(args[i], args[i + 1]);
            }
            try {
                return new Arguments(
                        Path.of(given.get("--data")),
                        Path.of(given.get("--home")),
                        LocalDate.parse(given.get("--until")),
                        Long.parseLong(given.get("--seed")));
            } catch (NumberFormatException | java.time.DateTimeException e) {
                throw new IllegalArgumentException("Cannot read the arguments: " + e.getMessage(), e);
            }
        }
    }

    private void run(Arguments arguments) {
        RideData data = RideData.read(arguments.data());
        requireDays(arguments, data);
        var settings = new LoopSettings(LoopSettings.DEFAULT_START, arguments.until(), arguments.seed());
        var clock = new SimulatedClock(settings.start());
        try (var home = Workspace.open(arguments.home(), clock, new SimpleMeterRegistry());
                var loop = RideLoop.open(home, data, settings, clock)) {
            out.printf(
                    Locale.ROOT,
                    "%s %s, everything is kept in %s%n",
                    loop.today().equals(settings.start()) ? "Starting at" : "Going on at",
                    loop.today(),
                    arguments.home().toAbsolutePath());
            if (loop.today().isAfter(settings.end())) {
                throw new IllegalArgumentException("Cannot walk until " + settings.end() + ": the walk in "
                        + arguments.home() + " has reached " + loop.today());
            }
            loop.walk(new Printer(out));
            LoopReport report = report(home, loop, data, settings);
            out.println(report.table());
            out.println("Report: " + write(report, arguments.home().resolve("report.html")));
        }
    }

    private static void requireDays(Arguments arguments, RideData data) {
        List<RideDay> days = data.days();
        LocalDate dataEnds = days.get(days.size() - 1).date().plusDays(1);
        LocalDate until = arguments.until();
        if (!until.isAfter(LoopSettings.DEFAULT_START) || until.isAfter(dataEnds)) {
            throw new IllegalArgumentException("Cannot walk until " + until + ": expected a day after "
                    + LoopSettings.DEFAULT_START + " and, as " + arguments.data() + " ends there, at most " + dataEnds);
        }
    }

    /** What has happened up to the end of the settings. */
    static LoopReport report(Workspace home, RideLoop loop, RideData data, LoopSettings settings) {
        List<PipelineRun> runs = loop.pipeline().runs();
        Map<LocalDate, Float> served = new HashMap<>();
        loop.past().served().forEach(one -> served.put(one.date(), one.ridership()));
        Errors errors = Errors.of(
                "closed loop",
                data.between(settings.start(), settings.end()),
                day -> requireNonNull(served.get(day.date()), "a prediction for each day"));
        List<Errors> rivals =
                Rivals.of(data, settings, LoopReport.retrains(runs).size());
        List<ModelVersion> versions = home.registry().versions(RideLoop.RIDES);
        return new LoopReport(settings, errors, rivals, loop.past().alarms(), runs, versions);
    }

    /** A report that is there is whole: it is written beside its place and moved into it. */
    private static Path write(LoopReport report, Path file) {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        try {
            Files.writeString(draft, report.page());
            return Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE)
                    .toAbsolutePath()
                    .normalize();
        } catch (IOException e) {
            throw new StorageException("Cannot write the report to " + file + ": " + e, e);
        }
    }

    /** A line for each half-year, and one for each thing that happens. */
    private record Printer(PrintStream out) implements RideLoop.Progress {
        private static final int MONTHS = 6;

        @Override
        public void onMorning(LocalDate day, VersionId serving) {
            if (day.getDayOfMonth() <= 7 && day.getMonthValue() % MONTHS == 1) {
                out.println(day + "  " + serving + " serves");
            }
        }

        @Override
        public void onDecision(LocalDate day, String what) {
            out.println(day + "  " + what);
        }
    }
}
