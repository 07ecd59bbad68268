package io.mlops4j.benchmarks;

import ai.djl.ModelException;
import ai.djl.translate.TranslateException;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.model.ModelName;
import io.mlops4j.serving.Batching;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What does it cost to score one row through the server, beside ONNX Runtime's own API and DJL?
 *
 * <p>One caller, one row of 30 floats, one intra-op thread, the same model and rows for all. The sides take turns of some
 * milliseconds within one JVM. The benchmark's own time is that of a turn.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar SingleRow}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 80)
@Measurement(iterations = 200)
@SuppressWarnings("missing-explicit-ctor")
public class SingleRowBenchmark {
    private static final int FEATURES = 30;
    private static final int ROWS = 64;
    private static final int WARMING = 50;
    private static final int CALLS = 200;

    /** One way to score a row. */
    private interface Scorer {
        float score(float[] row) throws OrtException, TranslateException;
    }

    /** The model and the rows that all sides share, and the sides. */
    @State(Scope.Benchmark)
    public static class Work {
        /** Linear 30→1; gradient-boosted trees 100 × depth 4; or a perceptron 30-256-256-1. */
        @Param({"linear", "gbdt", "mlp"})
        public String model = "linear";

        private final ModelName name = ModelName.of("benchmark");
        private final float[][] rows = new float[ROWS][FEATURES];
        private Djl djl;
        private OrtSession.SessionOptions options;
        private OrtSession session;
        private String input = "";
        private RawPinned pinned;
        private ModelServer onnxServer;
        private ModelServer server;
        private ModelServer batchingServer;

        /** Makes the model and the rows, and loads the model on all sides; DJL insists on being the first. */
        @Setup
        public void load() throws IOException, ModelException, OrtException {
            byte[] bytes =
                    switch (model) {
                        case "linear" -> OnnxModels.linear(FEATURES, 1, 42);
                        case "gbdt" -> OnnxModels.trees(FEATURES, 100, 4, 42);
                        case "mlp" -> OnnxModels.mlp(42, FEATURES, 256, 256, 1);
                        default -> throw new IllegalArgumentException("Unknown model " + model);
                    };
            var random = new Random(7);
            for (float[] row : rows) {
                for (int i = 0; i < FEATURES; i++) {
                    row[i] = (float) random.nextGaussian();
                }
            }
            djl = new Djl(bytes);
            options = RawPinned.options();
            session = OrtEnvironment.getEnvironment().createSession(bytes, options);
            input = session.getInputNames().iterator().next();
            pinned = new RawPinned(bytes, FEATURES);
            var verified = OnnxModels.verified("benchmark:1", bytes);
            onnxServer = ModelServer.builder()
                    .runtime(OnnxRuntime.withDefaults())
                    .serve(name, verified)
                    .start();
            server = ModelServer.builder().serve(name, verified).start();
            batchingServer = ModelServer.builder()
                    .batching(Batching.whenBusy())
                    .serve(name, verified)
                    .start();
        }

        /** Frees all. */
        @TearDown
        public void free() throws IOException, OrtException {
            batchingServer.close();
            server.close();
            onnxServer.close();
            pinned.close();
            session.close();
            options.close();
            djl.close();
        }

        /** The raw API with nested arrays in and out, as its tutorial has it. */
        private float nested(float[] row) throws OrtException {
            try (OnnxTensor in = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[][] {row});
                    OrtSession.Result out = session.run(Map.of(input, in))) {
                return ((float[][]) out.get(0).getValue())[0][0];
            }
        }

        private long nanos(Scorer scorer, Blackhole hole) throws OrtException, TranslateException {
            call(scorer, WARMING, hole); // so that nobody pays for the caches that the one before has filled
            long start = System.nanoTime();
            call(scorer, CALLS, hole);
            return System.nanoTime() - start;
        }

        private void call(Scorer scorer, int times, Blackhole hole) throws OrtException, TranslateException {
            for (int i = 0; i < times; i++) {
                hole.consume(scorer.score(rows[i % ROWS]));
            }
        }
    }

    /** How long each side took for all its calls. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Nanos {
        /** {@link ModelServer#score(ModelName, float[])}, told to serve by ONNX Runtime. */
        public long onnxServer;
        /** ONNX Runtime's own API with direct, pinned buffers. */
        public long rawPinned;
        /** The server as it is by default. */
        public long server;
        /** The server with a queue that rows are batched in when it is busy. */
        public long batchingServer;
        /** ONNX Runtime's own API with nested arrays. */
        public long nestedArrays;
        /** DJL's predictor. */
        public long djl;
    }

    /**
     * Scores the rows on each side.
     *
     * @param work rows and sides
     * @param nanos gets the times
     * @param hole takes the scores
     */
    @Benchmark
    public void turn(Work work, Nanos nanos, Blackhole hole) throws OrtException, TranslateException {
        nanos.onnxServer = work.nanos(row -> work.onnxServer.score(work.name, row), hole);
        nanos.rawPinned = work.nanos(row -> work.pinned.score(row), hole);
        nanos.server = work.nanos(row -> work.server.score(work.name, row), hole);
        nanos.batchingServer = work.nanos(row -> work.batchingServer.score(work.name, row), hole);
        nanos.nestedArrays = work.nanos(work::nested, hole);
        nanos.djl = work.nanos(row -> work.djl.score(row), hole);
    }
}
