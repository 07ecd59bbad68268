package io.mlops4j.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Prints one line a claim: {@code name ratio=R goal=G held} or {@code short}.
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar io.mlops4j.benchmarks.Scoreboard serving [--full]
 * }</pre>
 *
 * <p>{@link Times} says how sides are compared. They take turns, by the fork or within one, so that a slow minute hurts
 * both alike. Benchmarks that say themselves how many iterations they need have one fork in the quick form, which takes
 * two or three minutes an area.
 */
public final class Scoreboard {
    private static final String TURN = "turn";

    private Scoreboard() {}

    /**
     * Measures an area.
     *
     * @param args the area, then perhaps {@code --full}
     * @throws RunnerException if JMH cannot run
     */
    public static void main(String[] args) throws RunnerException {
        boolean full = args.length == 2 && args[1].equals("--full");
        if (args.length == 0 || args.length > 2 || (args.length == 2 && !full)) {
            throw new IllegalArgumentException("Expected an area " + List.of(Area.values())
                    + ", then perhaps --full, got " + String.join(" ", args));
        }
        Area area = Area.named(args[0]);
        Pace pace = full ? Pace.FULL : Pace.QUICK;
        Times times = measure(area, pace);
        area.claims().forEach(claim -> System.out.println(claim.line(times)));
    }

    /** How long to measure. */
    private enum Pace {
        QUICK(3, 2, 250, 5, 200),
        FULL(5, 3, 1000, 5, 1000);

        private final int rounds;
        private final int warmups;
        private final int warmupMillis;
        private final int measurements;
        private final int measurementMillis;

        Pace(int rounds, int warmups, int warmupMillis, int measurements, int measurementMillis) {
            this.rounds = rounds;
            this.warmups = warmups;
            this.warmupMillis = warmupMillis;
            this.measurements = measurements;
            this.measurementMillis = measurementMillis;
        }
    }

    private static Times measure(Area area, Pace pace) throws RunnerException {
        Map<Run, Set<String>> runs = new LinkedHashMap<>();
        area.claims().stream().flatMap(Claim::sides).forEach(side -> runs.computeIfAbsent(
                        new Run(side.benchmark(), side.model()), run -> new LinkedHashSet<>())
                .add(method(side)));
        var times = new Times();
        for (int round = 0; round < pace.rounds; round++) {
            for (Map.Entry<Run, Set<String>> entry : runs.entrySet()) {
                Run run = entry.getKey();
                if (pace == Pace.QUICK && round > 0 && hasItsOwnPace(run.benchmark)) {
                    continue;
                }
                for (RunResult result : run(run, entry.getValue(), pace)) {
                    add(result, run, times);
                }
            }
        }
        return times;
    }

    /** Methods of one benchmark with one model, which JMH runs in turn. */
    private record Run(Class<?> benchmark, @Nullable String model) {}

    private static void add(RunResult result, Run run, Times times) {
        String unit = result.getPrimaryResult().getScoreUnit();
        if (!unit.equals("ns/op")) {
            throw new IllegalStateException("Expected a benchmark in ns/op, got " + unit);
        }
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                Result<?> whole = iteration.getPrimaryResult();
                times.add(new Side(run.benchmark, whole.getLabel(), run.model), whole.getScore());
                iteration
                        .getSecondaryResults()
                        .forEach((label, side) ->
                                times.addInTurn(new Side(run.benchmark, label, run.model), side.getScore()));
            }
        }
    }

    private static Collection<RunResult> run(Run run, Set<String> methods, Pace pace) throws RunnerException {
        var options = new OptionsBuilder().forks(1).shouldFailOnError(true).verbosity(VerboseMode.SILENT);
        methods.forEach(method -> options.include("^" + Pattern.quote(run.benchmark.getName() + "." + method) + "$"));
        if (run.model != null) {
            options.param("model", run.model);
        }
        if (!hasItsOwnPace(run.benchmark)) {
            options.warmupIterations(pace.warmups)
                    .warmupTime(TimeValue.milliseconds(pace.warmupMillis))
                    .measurementIterations(pace.measurements)
                    .measurementTime(TimeValue.milliseconds(pace.measurementMillis));
        }
        return new Runner(options.build()).run();
    }

    /** The method that measures a side: one of its name or, where the sides take turns, that of a turn. */
    private static String method(Side side) {
        boolean itsOwn = Arrays.stream(side.benchmark().getMethods())
                .anyMatch(method -> method.getName().equals(side.method()));
        return itsOwn ? side.method() : TURN;
    }

    private static boolean hasItsOwnPace(Class<?> benchmark) {
        return benchmark.isAnnotationPresent(Measurement.class);
    }
}
