package io.mlops4j.benchmarks;

import io.mlops4j.model.ModelName;
import io.mlops4j.serving.Caching;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.OnnxModels;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
 * How long does an answer take that is in the cache? One caller asks for 64 rows of 30 floats in turn, all of which were
 * asked for before.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar CacheBenchmark}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("missing-explicit-ctor")
public class CacheBenchmark {
    private static final int FEATURES = 30;
    private static final int ROWS = 64;

    /** A server with a cache that knows all the rows. */
    @State(Scope.Benchmark)
    public static class Work {
        private final ModelName name = ModelName.of("benchmark");
        private final float[][] rows = new float[ROWS][FEATURES];
        private ModelServer server;
        private int next;

        /** Starts the server and asks for each row once. */
        @Setup
        public void start() {
            server = ModelServer.builder()
                    .caching(Caching.upTo(1 << 20))
                    .serve(name, OnnxModels.verified("benchmark:1", OnnxModels.mlp(42, FEATURES, 256, 256, 1)))
                    .start();
            var random = new Random(7);
            for (float[] row : rows) {
                for (int i = 0; i < FEATURES; i++) {
                    row[i] = (float) random.nextGaussian();
                }
                server.score(name, row);
            }
        }

        /** Stops the server. */
        @TearDown
        public void stop() {
            server.close();
        }

        float[] row() {
            next = (next + 1) % ROWS;
            return rows[next];
        }
    }

    /**
     * Scores a row that is known.
     *
     * @param work the server
     * @return its score
     */
    @Benchmark
    public float hit(Work work) {
        return work.server.score(work.name, work.row());
    }
}
