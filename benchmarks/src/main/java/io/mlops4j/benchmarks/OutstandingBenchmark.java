package io.mlops4j.benchmarks;

import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.Prediction;
import io.mlops4j.serving.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
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
 * What does batching gain where 64 requests of one row are sent at once, and waited for, again and again? The model is a
 * perceptron 30-256-256-1.
 *
 * <p>The counters are the time of a request on each side; the sides take turns. The benchmark's own time is that of a
 * turn.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Outstanding}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 30)
@Measurement(iterations = 30)
@SuppressWarnings("missing-explicit-ctor")
public class OutstandingBenchmark {
    private static final int OUTSTANDING = 64;
    private static final long STRETCH = TimeUnit.MILLISECONDS.toNanos(50);

    /** The servers and the requests. */
    @State(Scope.Benchmark)
    public static class Work {
        private final List<Request> requests = new ArrayList<>();
        private Perceptron model;

        /** Starts the servers and makes the requests. */
        @Setup
        public void make() {
            model = new Perceptron(OUTSTANDING, 30, 256, 256, 1);
            var random = new Random(7);
            for (int i = 0; i < OUTSTANDING; i++) {
                requests.add(model.request(random));
            }
        }

        /** Stops the servers. */
        @TearDown
        public void stop() {
            model.close();
        }

        /** The time of a request. */
        double nanos(ModelServer server) {
            long start = System.nanoTime();
            long answered = 0;
            long spent;
            do {
                answered += sendAll(server);
                spent = System.nanoTime() - start;
            } while (spent < STRETCH);
            return spent / (double) answered;
        }

        private int sendAll(ModelServer server) {
            List<CompletionStage<Prediction>> answers = new ArrayList<>(OUTSTANDING);
            for (Request request : requests) {
                answers.add(server.submit(model.name(), request));
            }
            int rows = 0;
            for (CompletionStage<Prediction> answer : answers) {
                rows += answer.toCompletableFuture().join().outputs().size();
            }
            return rows;
        }
    }

    /** The time of a request. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Nanos {
        public double batched;
        public double plain;
    }

    /**
     * Gives each server much to do.
     *
     * @param work servers and requests
     * @param nanos gets the times
     */
    @Benchmark
    public void turn(Work work, Nanos nanos) {
        nanos.batched = work.nanos(work.model.batched());
        nanos.plain = work.nanos(work.model.plain());
    }
}
