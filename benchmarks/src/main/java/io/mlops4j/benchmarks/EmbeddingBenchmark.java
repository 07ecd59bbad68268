package io.mlops4j.benchmarks;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.Batchability;
import io.mlops4j.serving.Batching;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.VerifiedModel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
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
 * What does it gain to embed 32 texts in one request rather than in 32, with all-MiniLM-L6-v2 (int8)? Texts are of 16
 * tokens each; the tokenizer is not measured.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Embedding}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 7)
@SuppressWarnings("missing-explicit-ctor")
public class EmbeddingBenchmark {
    private static final int TEXTS = 32;
    private static final int TOKENS = 16;
    private static final int VOCABULARY = 30_000;
    private static final ModelName NAME = ModelName.of("all-minilm-l6-v2");
    private static final String FILE = "/all-minilm-l6-v2-q.onnx";

    /** The model, and the tokens of the texts. */
    @State(Scope.Benchmark)
    public static class Work {
        private final long[] tokens =
                new Random(7).longs((long) TEXTS * TOKENS, 1000, VOCABULARY).toArray();
        private ModelServer server;

        /** Starts the server. */
        @Setup
        public void start() throws IOException {
            server = server();
        }

        /** Stops the server. */
        @TearDown
        public void stop() {
            server.close();
        }

        void embed(int from, int texts) {
            long[] ids = Arrays.copyOfRange(tokens, from * TOKENS, (from + texts) * TOKENS);
            long[] ones = new long[ids.length];
            Arrays.fill(ones, 1);
            Map<String, Value> inputs = Map.of(
                    "input_ids", Tensor.ofLongs(ids, texts, TOKENS),
                    "attention_mask", Tensor.ofLongs(ones, texts, TOKENS),
                    "token_type_ids", Tensor.ofLongs(new long[ids.length], texts, TOKENS));
            server.predict(NAME, inputs);
        }
    }

    private static ModelServer server() throws IOException {
        try (InputStream in = EmbeddingBenchmark.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new FileNotFoundException(FILE);
            }
            byte[] bytes = in.readAllBytes();
            var model = VerifiedModel.verify(NAME.value(), FILE, bytes, Digest.of(bytes), Map.of());
            return ModelServer.builder()
                    .batching(Batching.whenBusy())
                    .serve(NAME, model)
                    .start();
        }
    }

    /** What the probe says of the model. */
    static Batchability batchability() {
        try (ModelServer server = server()) {
            return server.batchability(NAME);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How long each way took. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Nanos {
        public long together;
        public long oneByOne;
    }

    /**
     * Embeds the texts both ways.
     *
     * @param work model and texts
     * @param nanos gets the times
     */
    @Benchmark
    public void turn(Work work, Nanos nanos) throws IOException {
        nanos.together = Stopwatch.nanos(() -> work.embed(0, TEXTS));
        nanos.oneByOne = Stopwatch.nanos(() -> {
            for (int text = 0; text < TEXTS; text++) {
                work.embed(text, 1);
            }
        });
    }
}
