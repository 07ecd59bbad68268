package io.mlops4j.benchmarks;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.serving.Batching;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.Request;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How much of the processor does a server take that has nothing to do? The counter is the time on a processor, in
 * nanoseconds in a second, of all threads that came with the server: its own and those of the native runtime, as the
 * kernel counts it (Linux only, as {@code /proc} is read). The JVM's compilers and collectors are left out. The
 * benchmark's own time says nothing.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Idle}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@SuppressWarnings("missing-explicit-ctor")
public class IdleBenchmark {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final Set<String> OF_THE_JVM = Set.of("C1 Comp", "C2 Comp", "GC Thre", "G1 ", "VM ", "Sweeper");
    private static final int CALLS = 200;

    /** A server that was busy a moment ago: two instances, a queue, two native threads. */
    @State(Scope.Benchmark)
    public static class Work {
        private Set<String> before = Set.of();
        private ModelServer server;

        /** Starts the server and gives it some work. */
        @Setup
        public void start() throws IOException {
            before = new HashSet<>(nanos().keySet());
            ModelName name = ModelName.of("benchmark");
            server = ModelServer.builder()
                    .runtime(OnnxRuntime.withDefaults())
                    .batching(Batching.whenBusy())
                    .serve(name, OnnxModels.verified("benchmark:1", OnnxModels.mlp(42, 30, 256, 256, 1)))
                    .start();
            String input = server.signature(name).inputs().get(0).name();
            for (int i = 0; i < CALLS; i++) {
                server.submit(name, Request.of(Map.of(input, Tensor.ofFloats(new float[30], 1, 30))))
                        .toCompletableFuture()
                        .join();
            }
        }

        /** Stops the server. */
        @TearDown
        public void stop() {
            server.close();
        }

        /** What each thread has spent; by number and name, as numbers are given again. */
        private static Map<String, Long> nanos() throws IOException {
            Map<String, Long> all = new HashMap<>();
            try (Stream<Path> tasks = Files.list(TASKS)) {
                for (Path task : tasks.toList()) {
                    try {
                        String name = Files.readString(task.resolve("comm")).strip();
                        String spent =
                                Files.readString(task.resolve("schedstat")).split(" ", 2)[0];
                        if (OF_THE_JVM.stream().noneMatch(name::startsWith)) {
                            all.put(task.getFileName() + " " + name, Long.parseLong(spent));
                        }
                    } catch (IOException e) {
                        // It ended meanwhile.
                    }
                }
            }
            return all;
        }

        long spent() throws IOException {
            return nanos().entrySet().stream()
                    .filter(thread -> !before.contains(thread.getKey()))
                    .filter(thread -> !thread.getKey().contains("jmh"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }
    }

    /** What an idle second cost. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Nanos {
        public long spent;
    }

    /**
     * Does nothing for a second.
     *
     * @param work the server
     * @param nanos gets the time on a processor
     */
    @Benchmark
    public void turn(Work work, Nanos nanos) throws IOException, InterruptedException {
        TimeUnit.MILLISECONDS.sleep(100); // for what was under way
        long before = work.spent();
        TimeUnit.SECONDS.sleep(1);
        nanos.spent = work.spent() - before;
    }
}
