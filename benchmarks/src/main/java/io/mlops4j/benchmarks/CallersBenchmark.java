package io.mlops4j.benchmarks;

import io.mlops4j.serving.ModelServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
 * What does batching gain where 64 threads call for a row each, again and again, and wait for it? The model is a
 * perceptron 256-1024-1024-10.
 *
 * <p>The counters are the time of a call on each side: the length of a stretch divided by the calls of all threads. The
 * sides take turns. The warm-up is long: what runs once a batch takes its time to be compiled. The benchmark's own time
 * is that of a turn.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Callers}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 20)
@Measurement(iterations = 15)
@SuppressWarnings("missing-explicit-ctor")
public class CallersBenchmark {
    private static final int CALLERS = 64;
    private static final long STRETCH = TimeUnit.MILLISECONDS.toNanos(200);

    /** The servers and the callers. */
    @State(Scope.Benchmark)
    public static class Work {
        private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        private Perceptron model;
        private float[] row = {};

        /** Starts the servers. */
        @Setup
        public void make() {
            model = new Perceptron(CALLERS, 256, 1024, 1024, 10);
            row = model.row(new Random(7));
        }

        /** Stops callers and servers. */
        @TearDown
        public void stop() {
            callers.shutdown();
            model.close();
        }

        /** The time of a call. */
        double nanos(ModelServer server) throws ExecutionException, InterruptedException {
            long start = System.nanoTime();
            List<Future<Long>> counts = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                counts.add(callers.submit(() -> call(server, start)));
            }
            long calls = 0;
            for (Future<Long> count : counts) {
                calls += count.get();
            }
            return (System.nanoTime() - start) / (double) calls;
        }

        private long call(ModelServer server, long start) {
            float[] out = new float[model.outputs()];
            long calls = 0;
            do {
                server.score(model.name(), row, out);
                calls++;
            } while (System.nanoTime() - start < STRETCH);
            return calls;
        }
    }

    /** The time of a call. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Nanos {
        public double batched;
        public double plain;
    }

    /**
     * Has each server called.
     *
     * @param work servers and callers
     * @param nanos gets the times
     */
    @Benchmark
    public void turn(Work work, Nanos nanos) throws ExecutionException, InterruptedException {
        nanos.batched = work.nanos(work.model.batched());
        nanos.plain = work.nanos(work.model.plain());
    }
}
