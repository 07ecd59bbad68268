package io.mlops4j.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
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
 * both alike. Benchmarks of single shots say themselves
 * how many; the quick form, which takes about a minute an area, has one fork of each of them.
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
        Map<Class<?>, Set<Side>> sides = new LinkedHashMap<>();
        area.claims().stream().flatMap(Claim::sides).forEach(side -> sides.computeIfAbsent(
                        side.benchmark(), benchmark -> new LinkedHashSet<>())
                .add(side));
        var times = new Times();
        for (int round = 0; round < pace.rounds; round++) {
            for (Map.Entry<Class<?>, Set<Side>> benchmark : sides.entrySet()) {
                if (pace == Pace.QUICK && round > 0 && isSingleShot(benchmark.getKey())) {
                    continue;
                }
                for (RunResult result : run(benchmark.getKey(), benchmark.getValue(), pace)) {
                    add(result, benchmark.getKey(), times);
                }
            }
        }
        return times;
    }

    private static void add(RunResult result, Class<?> benchmark, Times times) {
        String unit = result.getPrimaryResult().getScoreUnit();
        if (!unit.equals("ns/op")) {
            throw new IllegalStateException("Expected a benchmark in ns/op, got " + unit);
        }
        String model = result.getParams().getParam("model");
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                Result<?> whole = iteration.getPrimaryResult();
                times.add(new Side(benchmark, whole.getLabel(), model), whole.getScore());
                iteration
                        .getSecondaryResults()
                        .forEach((label, side) -> times.addInTurn(new Side(benchmark, label, model), side.getScore()));
            }
        }
    }

    private static Collection<RunResult> run(Class<?> benchmark, Set<Side> sides, Pace pace) throws RunnerException {
        var options = new OptionsBuilder().forks(1).shouldFailOnError(true).verbosity(VerboseMode.SILENT);
        sides.stream()
                .map(Scoreboard::method)
                .distinct()
                .forEach(method -> options.include("^" + Pattern.quote(benchmark.getName() + "." + method) + "$"));
        String[] models = sides.stream()
                .map(Side::model)
                .filter(Objects::nonNull)
                .distinct()
                .toArray(String[]::new);
        if (models.length > 0) {
            options.param("model", models);
        }
        if (!isSingleShot(benchmark)) {
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

    private static boolean isSingleShot(Class<?> benchmark) {
        return benchmark.getAnnotation(BenchmarkMode.class).value()[0] == Mode.SingleShotTime;
    }
}
