package io.mlops4j.benchmarks;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.serving.Batching;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.Prediction;
import io.mlops4j.serving.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does batching gain when there is much to do? ({@link SingleRowBenchmark} says what it costs when there is not.)
 *
 * <p>The same server with and without it. {@code outstanding…} sends 64 requests of one row at once and waits for all;
 * {@code callers…} has 64 threads that each wait for their row. Times are of a group of 64 requests and of a call among
 * 64: at the same number of callers, the ratio of times is the inverse ratio of throughputs. Warm-ups are long, as the
 * server learns what batches cost.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar BatchingBenchmark}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("missing-explicit-ctor")
public class BatchingBenchmark {
    private static final int OUTSTANDING = 64;

    /** Two servers of the same model. */
    @State(Scope.Benchmark)
    public static class Work {
        /** A perceptron 30-256-256-1, or one of 256-1024-1024-10. */
        @Param({"small", "wide"})
        public String model = "small";

        private final ModelName name = ModelName.of("benchmark");
        private final List<Request> requests = new ArrayList<>();
        private float[] row = {};
        private int outputs;
        private ModelServer batched;
        private ModelServer plain;

        /** Makes model and rows, and starts the servers. */
        @Setup
        public void make() {
            boolean isSmall = model.equals("small");
            outputs = isSmall ? 1 : 10;
            byte[] bytes = isSmall ? OnnxModels.mlp(42, 30, 256, 256, 1) : OnnxModels.mlp(42, 256, 1024, 1024, 10);
            var random = new Random(7);
            row = new float[isSmall ? 30 : 256];
            plain = start(bytes, Batching.off());
            batched = start(bytes, Batching.whenBusy().upTo(OUTSTANDING));
            String input = plain.signature(name).inputs().get(0).name();
            for (int i = 0; i < OUTSTANDING; i++) {
                for (int j = 0; j < row.length; j++) {
                    row[j] = (float) random.nextGaussian();
                }
                requests.add(Request.of(Map.of(input, Tensor.ofFloats(row.clone(), 1, row.length))));
            }
        }

        private ModelServer start(byte[] bytes, Batching batching) {
            return ModelServer.builder()
                    .batching(batching)
                    .serve(name, OnnxModels.verified("benchmark:1", bytes))
                    .start();
        }

        /** Stops the servers. */
        @TearDown
        public void stop() {
            batched.close();
            plain.close();
        }

        int sendAll(ModelServer server) {
            List<CompletionStage<Prediction>> answers = new ArrayList<>(OUTSTANDING);
            for (Request request : requests) {
                answers.add(server.submit(name, request));
            }
            int rows = 0;
            for (CompletionStage<Prediction> answer : answers) {
                rows += answer.toCompletableFuture().join().outputs().size();
            }
            return rows;
        }

        float call(ModelServer server) {
            float[] out = new float[outputs];
            server.score(name, row, out);
            return out[0];
        }
    }

    /**
     * 64 requests outstanding, batched.
     *
     * @param work the servers
     * @return something of the answers
     */
    @Benchmark
    public int outstandingBatched(Work work) {
        return work.sendAll(work.batched);
    }

    /**
     * 64 requests outstanding, one by one.
     *
     * @param work the servers
     * @return something of the answers
     */
    @Benchmark
    public int outstandingPlain(Work work) {
        return work.sendAll(work.plain);
    }

    /**
     * One of 64 callers, batched.
     *
     * @param work the servers
     * @return the first score
     */
    @Benchmark
    @Threads(OUTSTANDING)
    public float callersBatched(Work work) {
        return work.call(work.batched);
    }

    /**
     * One of 64 callers, one by one.
     *
     * @param work the servers
     * @return the first score
     */
    @Benchmark
    @Threads(OUTSTANDING)
    public float callersPlain(Work work) {
        return work.call(work.plain);
    }
}
