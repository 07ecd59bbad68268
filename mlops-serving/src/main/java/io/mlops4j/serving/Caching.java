package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

/**
 * Whether answers are kept, so that the same question is not computed twice.
 *
 * <pre>{@code
 * ModelServer.builder().serve(rides, file).caching(Caching.upTo(64 << 20).byRow()).start();
 * }</pre>
 *
 * <p>A question is the same if the model has the same name, its files have the same digests and the inputs are equal bit
 * for bit; there is no chance of a mistaken answer. A new version never gives an old one's answers, and a version that returns
 * finds its own. What is asked by several callers at once is computed once: the others wait for the one that computes, each
 * within its own deadline, and compute for themselves should it fail. Failures are not kept. The answers that were asked for
 * most are kept as long as there is room.
 *
 * <p>Keep no answers of a model that is meant to answer differently each time.
 *
 * <p>Immutable.
 *
 * @param maxBytes the most memory for questions and answers together, as estimated; 0 means that nothing is kept
 * @param grain what a question is
 */
public record Caching(long maxBytes, Grain grain) {
    private static final Caching OFF = new Caching(0, Grain.REQUEST);

    /** What a question is. */
    public enum Grain {
        /** All inputs of a request together. */
        REQUEST,
        /**
         * Each row of a request, for models whose rows do not influence each other, as {@link Batchability} says; all
         * inputs together for the others.
         */
        ROW
    }

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if the size is negative
     */
    public Caching {
        requireNonNull(grain, "grain");
        if (maxBytes < 0) {
            throw new IllegalArgumentException("Invalid size of a cache " + maxBytes + ": is negative");
        }
    }

    /**
     * Keeps nothing, which is the default.
     *
     * @return no cache
     */
    public static Caching off() {
        return OFF;
    }

    /**
     * Keeps the answers to whole requests and to scored rows.
     *
     * @param bytes the most memory for questions and answers together, 0 or more
     * @return caching with this bound
     * @throws IllegalArgumentException if negative
     */
    public static Caching upTo(long bytes) {
        return new Caching(bytes, Grain.REQUEST);
    }

    /**
     * Keeps the answers to single rows, and computes only those rows of a request that are not known. The model is probed
     * at load, as for batching. If the probe finds that answers depend on the size of a batch in their last bits
     * ({@link Batchability.Verdict#CLOSE}), what is kept may differ in them from what a request alone would give.
     *
     * @return caching of rows
     */
    public Caching byRow() {
        return new Caching(maxBytes, Grain.ROW);
    }

    boolean isOn() {
        return maxBytes > 0;
    }
}
