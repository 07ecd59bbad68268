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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does it cost to score one row through the server, beside ONNX Runtime's own API and DJL?
 *
 * <p>One caller, one row of 30 floats, one intra-op thread, the same model and rows for all. {@code rawPinned} is the
 * expert's form of the API, {@code nestedArrays} the form of its tutorial.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar SingleRow}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("missing-explicit-ctor")
public class SingleRowBenchmark {
    private static final int FEATURES = 30;
    private static final int ROWS = 64;

    /** The model and the rows that all sides share. */
    @State(Scope.Benchmark)
    public static class Work {
        /** Linear 30→1; gradient-boosted trees 100 × depth 4; or a perceptron 30-256-256-1. */
        @Param({"linear", "gbdt", "mlp"})
        public String model = "linear";

        byte[] bytes = {};
        private final float[][] rows = new float[ROWS][FEATURES];
        private int next;

        /** Makes the model and the rows. */
        @Setup
        public void make() {
            bytes = switch (model) {
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
        }

        float[] row() {
            next = (next + 1) % ROWS;
            return rows[next];
        }
    }

    /** Ours, as it is by default. */
    @State(Scope.Benchmark)
    public static class Server {
        private final ModelName name = ModelName.of("benchmark");
        private ModelServer server;

        /** Starts the server. */
        @Setup
        public void start(Work work) {
            server = ModelServer.builder()
                    .serve(name, OnnxModels.verified("benchmark:1", work.bytes))
                    .start();
        }

        /** Stops the server. */
        @TearDown
        public void stop() {
            server.close();
        }
    }

    /** Ours, told to serve by ONNX Runtime. */
    @State(Scope.Benchmark)
    public static class NativeServer {
        private final ModelName name = ModelName.of("benchmark");
        private ModelServer server;

        /** Starts the server. */
        @Setup
        public void start(Work work) {
            server = ModelServer.builder()
                    .runtime(OnnxRuntime.withDefaults())
                    .serve(name, OnnxModels.verified("benchmark:1", work.bytes))
                    .start();
        }

        /** Stops the server. */
        @TearDown
        public void stop() {
            server.close();
        }
    }

    /** Ours, with a queue that rows are batched in when it is busy. */
    @State(Scope.Benchmark)
    public static class BatchingServer {
        private final ModelName name = ModelName.of("benchmark");
        private ModelServer server;

        /** Starts the server. */
        @Setup
        public void start(Work work) {
            server = ModelServer.builder()
                    .batching(Batching.whenBusy())
                    .serve(name, OnnxModels.verified("benchmark:1", work.bytes))
                    .start();
        }

        /** Stops the server. */
        @TearDown
        public void stop() {
            server.close();
        }
    }

    /** ONNX Runtime's own API, pinned buffers. */
    @State(Scope.Benchmark)
    public static class Pinned {
        private RawPinned raw;

        /** Loads the model. */
        @Setup
        public void load(Work work) throws OrtException {
            raw = new RawPinned(work.bytes, FEATURES);
        }

        /** Frees the model. */
        @TearDown
        public void free() throws OrtException {
            raw.close();
        }
    }

    /** ONNX Runtime's own API, nested arrays. */
    @State(Scope.Benchmark)
    public static class Nested {
        private OrtSession.SessionOptions options;
        private OrtSession session;
        private String input = "";

        /** Loads the model. */
        @Setup
        public void load(Work work) throws OrtException {
            options = RawPinned.options();
            session = OrtEnvironment.getEnvironment().createSession(work.bytes, options);
            input = session.getInputNames().iterator().next();
        }

        /** Frees the model. */
        @TearDown
        public void free() throws OrtException {
            session.close();
            options.close();
        }
    }

    /** DJL. */
    @State(Scope.Benchmark)
    public static class Library {
        private Djl djl;

        /** Loads the model. */
        @Setup
        public void load(Work work) throws IOException, ModelException {
            djl = new Djl(work.bytes);
        }

        /** Frees the model. */
        @TearDown
        public void free() throws IOException {
            djl.close();
        }
    }

    /**
     * {@link ModelServer#score(ModelName, float[])}.
     *
     * @param work the row
     * @param ours the server
     * @return the score
     */
    @Benchmark
    public float server(Work work, Server ours) {
        return ours.server.score(ours.name, work.row());
    }

    /**
     * {@link ModelServer#score(ModelName, float[])} by ONNX Runtime, whatever the model.
     *
     * @param work the row
     * @param ours the server
     * @return the score
     */
    @Benchmark
    public float nativeServer(Work work, NativeServer ours) {
        return ours.server.score(ours.name, work.row());
    }

    /**
     * {@link ModelServer#score(ModelName, float[])} where batching is on.
     *
     * @param work the row
     * @param ours the server
     * @return the score
     */
    @Benchmark
    public float batchingServer(Work work, BatchingServer ours) {
        return ours.server.score(ours.name, work.row());
    }

    /**
     * The raw API with direct, pinned buffers.
     *
     * @param work the row
     * @param pinned the session
     * @return the score
     */
    @Benchmark
    public float rawPinned(Work work, Pinned pinned) throws OrtException {
        return pinned.raw.score(work.row());
    }

    /**
     * The raw API with nested arrays in and out.
     *
     * @param work the row
     * @param nested the session
     * @return the score
     */
    @Benchmark
    public float nestedArrays(Work work, Nested nested) throws OrtException {
        try (OnnxTensor in = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[][] {work.row()});
                OrtSession.Result out = nested.session.run(Map.of(nested.input, in))) {
            return ((float[][]) out.get(0).getValue())[0][0];
        }
    }

    /**
     * DJL's predictor.
     *
     * @param work the row
     * @param library the predictor
     * @return the score
     */
    @Benchmark
    public float djl(Work work, Library library) throws TranslateException {
        return library.djl.score(work.row());
    }
}
