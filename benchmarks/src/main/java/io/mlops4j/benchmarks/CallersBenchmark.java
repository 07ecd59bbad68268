package io.mlops4j.benchmarks;

import ai.onnxruntime.OrtException;
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
 * perceptron 256-1024-1024-10. And how much of what can be gained at all, beside {@link HandBatcher}, and beside as many
 * threads that run full batches and hand nothing over?
 *
 * <p>The counters are the time of a call on each side: the length of a stretch divided by the calls of all threads. The
 * sides take turns. The warm-up is long: what runs once a batch takes its time to be compiled. The benchmark's own time
 * is that of a turn.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Callers}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 14)
@Measurement(iterations = 13)
@SuppressWarnings("missing-explicit-ctor")
public class CallersBenchmark {
    private static final int CALLERS = 64;

    /** The most rows of a batch: two batches run while the next one gathers. */
    private static final int BATCH = 24;

    private static final long STRETCH = TimeUnit.MILLISECONDS.toNanos(200);

    /** One way to score the row. */
    private interface Scorer {
        void score(float[] out);
    }

    /** Something that is done again and again for a stretch of time, and counted. */
    private interface Counted {
        long until(long start) throws OrtException;
    }

    /** The servers and the callers. */
    @State(Scope.Benchmark)
    public static class Work {
        private final ExecutorService callers;
        private Perceptron model;
        private HandBatcher byHand;
        private float[] row = {};

        /** Callers that have a thread of the system each. */
        public Work() {
            this(Executors.newFixedThreadPool(CALLERS));
        }

        Work(ExecutorService callers) {
            this.callers = callers;
        }

        /** Starts the servers. */
        @Setup
        public void make() throws OrtException {
            model = new Perceptron(BATCH, 256, 1024, 1024, 10);
            byHand = new HandBatcher(model.bytes(), model.features(), model.outputs(), BATCH);
            row = model.row(new Random(7));
        }

        /** Stops callers and servers. */
        @TearDown
        public void stop() throws OrtException, InterruptedException {
            callers.shutdown();
            byHand.stop();
            model.close();
        }

        private Scorer of(ModelServer server) {
            return out -> server.score(model.name(), row, out);
        }

        private Scorer byHand() {
            return out -> byHand.score(row, out);
        }

        void turn(Nanos nanos) throws ExecutionException, InterruptedException {
            nanos.batched = nanos(of(model.batched()));
            nanos.plain = nanos(of(model.plain()));
            nanos.byHand = nanos(byHand());
            nanos.nothingHandedOver = nanos(HandBatcher.INSTANCES, start -> byHand.runFullBatches(start, STRETCH));
        }

        /** The time of a call. */
        private double nanos(Scorer scorer) throws ExecutionException, InterruptedException {
            return nanos(CALLERS, start -> call(scorer, start));
        }

        /** The time of what threads count that begin together. */
        private double nanos(int threads, Counted work) throws ExecutionException, InterruptedException {
            long start = System.nanoTime();
            List<Future<Long>> counts = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                counts.add(callers.submit(() -> work.until(start)));
            }
            long calls = 0;
            for (Future<Long> count : counts) {
                calls += count.get();
            }
            return (System.nanoTime() - start) / (double) calls;
        }

        private long call(Scorer scorer, long start) {
            float[] out = new float[model.outputs()];
            long calls = 0;
            do {
                scorer.score(out);
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
        public double byHand;
        public double nothingHandedOver;
    }

    /**
     * Has each side called.
     *
     * @param work servers and callers
     * @param nanos gets the times
     */
    @Benchmark
    public void turn(Work work, Nanos nanos) throws ExecutionException, InterruptedException {
        work.turn(nanos);
    }
}
