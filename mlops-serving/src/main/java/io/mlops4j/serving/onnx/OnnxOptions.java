package io.mlops4j.serving.onnx;

import static java.util.Objects.requireNonNull;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;

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
 */
public record OnnxOptions(
        int intraOpThreads, int interOpThreads, Waiting waiting, Memory memory, Optimization optimization) {
    private static final int MAX_THREADS = 1024;

    /** What an idle thread of a pool does. */
    public enum Waiting {
        /** Sleeps until there is work: idle models cost nothing. */
        SLEEP,
        /** Spins for a while first: lower latency with several threads, at the price of a busy core. */
        SPIN
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
     * @return one thread, sleeping, arena, all optimisations
     */
    public static OnnxOptions defaults() {
        return new OnnxOptions(1, 1, Waiting.SLEEP, Memory.ARENA, Optimization.ALL);
    }

    /**
     * Changes how many threads share one operator.
     *
     * @param threads 1 or more, the caller's included
     * @return the changed options
     * @throws IllegalArgumentException if out of range
     */
    public OnnxOptions withIntraOpThreads(int threads) {
        return new OnnxOptions(threads, interOpThreads, waiting, memory, optimization);
    }

    /**
     * Changes how many operators run side by side.
     *
     * @param threads 1 or more
     * @return the changed options
     * @throws IllegalArgumentException if out of range
     */
    public OnnxOptions withInterOpThreads(int threads) {
        return new OnnxOptions(intraOpThreads, threads, waiting, memory, optimization);
    }

    /**
     * Changes what idle threads do.
     *
     * @param waiting sleep or spin
     * @return the changed options
     */
    public OnnxOptions withWaiting(Waiting waiting) {
        return new OnnxOptions(intraOpThreads, interOpThreads, waiting, memory, optimization);
    }

    /**
     * Changes how memory is kept.
     *
     * @param memory arena or freed
     * @return the changed options
     */
    public OnnxOptions withMemory(Memory memory) {
        return new OnnxOptions(intraOpThreads, interOpThreads, waiting, memory, optimization);
    }

    /**
     * Changes how far the graph is rewritten.
     *
     * @param optimization the level
     * @return the changed options
     */
    public OnnxOptions withOptimization(Optimization optimization) {
        return new OnnxOptions(intraOpThreads, interOpThreads, waiting, memory, optimization);
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
    }
}
