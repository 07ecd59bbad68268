package io.mlops4j.benchmarks;

import ai.onnxruntime.OrtException;
import io.mlops4j.model.ModelName;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * How many bytes of the heap does it take to score one row through the server, beside ONNX Runtime's own API with pinned
 * buffers and 64 bytes more? The counters are bytes a call of this thread, over many calls; the benchmark's own time
 * says nothing.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Allocation}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 3)
@SuppressWarnings("missing-explicit-ctor")
public class AllocationBenchmark {
    private static final int FEATURES = 30;
    private static final int CALLS = 50_000;
    private static final int ALLOWANCE = 64;

    /** A server and a session of one model. */
    @State(Scope.Benchmark)
    public static class Work {
        private final ModelName name = ModelName.of("benchmark");
        private final float[] row = new float[FEATURES];
        private ModelServer server;
        private RawPinned raw;

        /** Loads the model twice. */
        @Setup
        public void load() throws OrtException {
            byte[] model = OnnxModels.linear(FEATURES, 1, 42);
            raw = new RawPinned(model, FEATURES);
            server = ModelServer.builder()
                    .runtime(OnnxRuntime.withDefaults())
                    .serve(name, OnnxModels.verified("benchmark:1", model))
                    .start();
        }

        /** Frees both. */
        @TearDown
        public void free() throws OrtException {
            server.close();
            raw.close();
        }

        /** What this thread has ever allocated, as the JVM tells its managers; to ask costs some hundred bytes itself. */
        long allocated() throws JMException {
            Object bytes = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                            "getThreadAllocatedBytes",
                            new Object[] {Thread.currentThread().getId()},
                            new String[] {"long"});
            return (long) bytes;
        }
    }

    /** Bytes a call. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Bytes {
        public double server;
        public double rawAnd64;
    }

    /**
     * Scores many rows, one way and the other.
     *
     * @param work server and session
     * @param bytes gets the figures
     * @param hole takes the scores
     */
    @Benchmark
    public void turn(Work work, Bytes bytes, Blackhole hole) throws OrtException, JMException {
        long before = work.allocated();
        for (int i = 0; i < CALLS; i++) {
            hole.consume(work.server.score(work.name, work.row));
        }
        long between = work.allocated();
        for (int i = 0; i < CALLS; i++) {
            hole.consume(work.raw.score(work.row));
        }
        long after = work.allocated();
        bytes.server = (between - before) / (double) CALLS;
        bytes.rawAnd64 = (after - between) / (double) CALLS + ALLOWANCE;
    }
}
