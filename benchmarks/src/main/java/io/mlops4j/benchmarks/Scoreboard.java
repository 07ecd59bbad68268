package io.mlops4j.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Prints one line a claim: {@code name ratio=R goal=G held} or {@code short}.
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar io.mlops4j.benchmarks.Scoreboard serving [--full]
 * }</pre>
 *
 * <p>{@link Times} says how sides are compared. Each benchmark runs in a JVM of its own, at the pace that it declares; with
 * {@code --full}, in five.
 */
public final class Scoreboard {
    private static final String TURN = "turn";
    private static final int FULL = 5;

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
        var times = new Times();
        Set<Run> runs = new LinkedHashSet<>();
        area.claims().stream().flatMap(Claim::sides).forEach(side -> runs.add(Run.of(side)));
        for (Run run : runs) {
            for (RunResult result : run.results(full ? FULL : 1)) {
                add(result, run, times);
            }
        }
        area.claims().forEach(claim -> System.out.println(claim.line(times)));
    }

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
                        .forEach(
                                (label, side) -> times.add(new Side(run.benchmark, label, run.model), side.getScore()));
            }
        }
    }

    /** A benchmark method with a model. */
    private record Run(
            Class<?> benchmark, String method, @Nullable String model) {
        /** What measures a side: the method of its name or, where the sides take turns, that of a turn. */
        static Run of(Side side) {
            boolean itsOwn = Arrays.stream(side.benchmark().getMethods())
                    .anyMatch(method -> method.getName().equals(side.method()));
            return new Run(side.benchmark(), itsOwn ? side.method() : TURN, side.model());
        }

        Iterable<RunResult> results(int forks) throws RunnerException {
            var options = new OptionsBuilder()
                    .include("^" + Pattern.quote(benchmark.getName() + "." + method) + "$")
                    .forks(forks)
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT);
            if (model != null) {
                options.param("model", model);
            }
            return new Runner(options.build()).run();
        }
    }
}
