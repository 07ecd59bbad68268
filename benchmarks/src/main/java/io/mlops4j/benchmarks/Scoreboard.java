package io.mlops4j.benchmarks;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * <p>The quick form takes about a minute an area. Each side of a ratio is the median over forks: one fork on a busy
 * machine says little, and the sides take turns, so that a slow minute hurts both alike.
 */
public final class Scoreboard {
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
            throw new IllegalArgumentException(
                    "Expected an area (serving), then perhaps --full, got " + String.join(" ", args));
        }
        Area area = Area.named(args[0]);
        Pace pace = full ? Pace.FULL : Pace.QUICK;
        Map<String, List<Double>> nanos = measure(area, pace);
        for (Claim claim : area.claims()) {
            System.out.println(claim.line(
                    median(nanos, claim.ours(), claim.model()), median(nanos, claim.rival(), claim.model())));
        }
    }

    /** How long to measure. */
    private enum Pace {
        QUICK(3, 2, 300, 3, 300),
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

    private static Map<String, List<Double>> measure(Area area, Pace pace) throws RunnerException {
        Map<String, List<Double>> nanos = new HashMap<>();
        for (int round = 0; round < pace.rounds; round++) {
            for (RunResult result : run(area, pace)) {
                String method = result.getPrimaryResult().getLabel();
                String model = result.getParams().getParam("model");
                nanos.merge(
                        key(method, model),
                        List.of(result.getPrimaryResult().getScore()),
                        (a, b) -> Stream.concat(a.stream(), b.stream()).collect(Collectors.toList()));
            }
        }
        return nanos;
    }

    private static Collection<RunResult> run(Area area, Pace pace) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include("^" + area.benchmark().getName().replace(".", "\\.") + "\\.")
                        .param("model", area.models())
                        .forks(1)
                        .warmupIterations(pace.warmups)
                        .warmupTime(TimeValue.milliseconds(pace.warmupMillis))
                        .measurementIterations(pace.measurements)
                        .measurementTime(TimeValue.milliseconds(pace.measurementMillis))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
    }

    private static double median(Map<String, List<Double>> nanos, String method, String model) {
        List<Double> sorted = nanos.getOrDefault(key(method, model), List.of()).stream()
                .sorted()
                .toList();
        if (sorted.isEmpty()) {
            throw new IllegalStateException("No measurement of " + method + " with model " + model);
        }
        return sorted.get(sorted.size() / 2);
    }

    private static String key(String method, String model) {
        return method + "/" + model;
    }
}
