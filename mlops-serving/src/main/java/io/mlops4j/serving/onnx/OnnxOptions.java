package io.mlops4j.serving.onnx;

import static java.util.Objects.requireNonNull;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.mlops4j.RejectedModelException;
import java.util.Set;

/**
 * What an embedder may tune of ONNX Runtime. The defaults suit small models beside other work: one thread that computes
 * on the caller's, no spinning, memory kept in an arena, every graph optimisation.
 *
 * <p>Immutable.
 *
 * @param intraOpThreads threads that share the work of one operator, the caller's included; 1 or more
 * @param interOpThreads operators that may run side by side; 1 or more, above 1 the graph runs in parallel mode
 * @param waiting what idle threads of the pools do
 * @param memory how the memory of a run is kept between runs
 * @param optimization how far the graph is rewritten at load
 * @param provider what computes
 */
public record OnnxOptions(
        int intraOpThreads,
        int interOpThreads,
        Waiting waiting,
        Memory memory,
        Optimization optimization,
        Provider provider) {
    private static final int MAX_THREADS = 1024;

    /** What an idle thread of a pool does. */
    public enum Waiting {
        /** Sleeps until there is work: idle models cost nothing. */
        SLEEP,
        /** Spins for a while first: lower latency with several threads, at the price of a busy core. */
        SPIN
    }

    /**
     * What computes. Operators that it does not have run on the CPU. All but the CPU need another build of ONNX Runtime
     * than this library brings, {@code onnxruntime_gpu} for instance, and have not been tried with this library.
     */
    public enum Provider {
        /** The processor. */
        CPU(OrtProvider.CPU),
        /** Graphics processors of NVIDIA: the first of the machine. */
        CUDA(OrtProvider.CUDA),
        /** TensorRT on the same. */
        TENSOR_RT(OrtProvider.TENSOR_RT),
        /** DirectX 12 on Windows: the first device. */
        DIRECT_ML(OrtProvider.DIRECT_ML),
        /** Core ML on macOS. */
        CORE_ML(OrtProvider.CORE_ML);

        private final OrtProvider ort;

        Provider(OrtProvider ort) {
            this.ort = ort;
        }
    }

    /** How the memory of a run is kept. */
    public enum Memory {
        /** In an arena that grows to the largest run and stays: fast. */
        ARENA,
        /** Given back after every run: small. */
        FREED
    }

    /** How far the graph is rewritten at load. */
    public enum Optimization {
        /** Not at all. */
        NONE(OptLevel.NO_OPT),
        /** Only what keeps results bit for bit: constant folding, removal of redundant nodes. */
        BASIC(OptLevel.BASIC_OPT),
        /** Fusions of operators too. */
        EXTENDED(OptLevel.EXTENDED_OPT),
        /** Changes of memory layout too. */
        ALL(OptLevel.ALL_OPT);

        private final OptLevel level;

        Optimization(OptLevel level) {
            this.level = level;
        }
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a number of threads is below 1 or above 1024
     */
    public OnnxOptions {
        requireThreads("intraOpThreads", intraOpThreads);
        requireThreads("interOpThreads", interOpThreads);
        requireNonNull(waiting, "waiting");
        requireNonNull(memory, "memory");
        requireNonNull(optimization, "optimization");
        requireNonNull(provider, "provider");
    }

    private static void requireThreads(String what, int threads) {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "Invalid " + what + " " + threads + ": expected 1 to " + MAX_THREADS + " threads");
        }
    }

    /**
     * The safe choice for an embedder.
     *
     * @return one thread, sleeping, arena, all optimisations, on the CPU
     */
    public static OnnxOptions defaults() {
        return new OnnxOptions(1, 1, Waiting.SLEEP, Memory.ARENA, Optimization.ALL, Provider.CPU);
    }

    /**
     * Changes how many threads share one operator.
     *
     * @param threads 1 or more, the caller's included
     * @return the changed options
     * @throws IllegalArgumentException if out of range
     */
    public OnnxOptions withIntraOpThreads(int threads) {
        return new OnnxOptions(threads, interOpThreads, waiting, memory, optimization, provider);
    }

    /**
     * Changes how many operators run side by side.
     *
     * @param threads 1 or more
     * @return the changed options
     * @throws IllegalArgumentException if out of range
     */
    public OnnxOptions withInterOpThreads(int threads) {
        return new OnnxOptions(intraOpThreads, threads, waiting, memory, optimization, provider);
    }

    /**
     * Changes what idle threads do.
     *
     * @param waiting sleep or spin
     * @return the changed options
     */
    public OnnxOptions withWaiting(Waiting waiting) {
        return new OnnxOptions(intraOpThreads, interOpThreads, waiting, memory, optimization, provider);
    }

    /**
     * Changes how memory is kept.
     *
     * @param memory arena or freed
     * @return the changed options
     */
    public OnnxOptions withMemory(Memory memory) {
        return new OnnxOptions(intraOpThreads, interOpThreads, waiting, memory, optimization, provider);
    }

    /**
     * Changes how far the graph is rewritten.
     *
     * @param optimization the level
     * @return the changed options
     */
    public OnnxOptions withOptimization(Optimization optimization) {
        return new OnnxOptions(intraOpThreads, interOpThreads, waiting, memory, optimization, provider);
    }

    /**
     * Changes what computes.
     *
     * @param provider must be in the build of ONNX Runtime that is on the class path, or no model can be loaded
     * @return the changed options
     */
    public OnnxOptions withProvider(Provider provider) {
        return new OnnxOptions(intraOpThreads, interOpThreads, waiting, memory, optimization, provider);
    }

    /** Makes the native options; whoever called closes them, after every session that was made with them. */
    SessionOptions open() throws OrtException {
        SessionOptions options = new SessionOptions();
        try {
            apply(options);
            return options;
        } catch (OrtException | RuntimeException e) {
            options.close();
            throw e;
        }
    }

    private void apply(SessionOptions options) throws OrtException {
        options.setIntraOpNumThreads(intraOpThreads);
        options.setInterOpNumThreads(interOpThreads);
        options.setExecutionMode(
                interOpThreads > 1 ? SessionOptions.ExecutionMode.PARALLEL : SessionOptions.ExecutionMode.SEQUENTIAL);
        String spin = waiting == Waiting.SPIN ? "1" : "0";
        options.addConfigEntry("session.intra_op.allow_spinning", spin);
        options.addConfigEntry("session.inter_op.allow_spinning", spin);
        // What goes wrong is thrown; the native logger would print it as well, with names from the model unescaped.
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        // Without this the runtime would look at the bytes and might take them for its own, unscanned format.
        options.addConfigEntry("session.load_model_format", "ONNX");
        options.setCPUArenaAllocator(memory == Memory.ARENA);
        options.setMemoryPatternOptimization(memory == Memory.ARENA);
        options.setOptimizationLevel(optimization.level);
        addProvider(options);
    }

    private void addProvider(SessionOptions options) throws OrtException {
        Set<OrtProvider> available = OrtEnvironment.getAvailableProviders();
        if (!available.contains(provider.ort)) {
            throw new RejectedModelException(
                    "Cannot load any model by " + provider + ": this build of ONNX Runtime has " + available
                            + "; expected a build with it on the class path, such as onnxruntime_gpu for CUDA");
        }
        switch (provider) {
            case CPU -> {} // is always there
            case CUDA -> options.addCUDA();
            case TENSOR_RT -> options.addTensorrt(0);
            case DIRECT_ML -> options.addDirectML(0);
            case CORE_ML -> options.addCoreML();
        }
    }
}
