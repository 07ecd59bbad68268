package io.mlops4j.serving;

import java.nio.FloatBuffer;

/**
 * Memory for some rows and for their answers, and the run from one to the other: the fast path for batches of rows. Write
 * the rows, {@link #score score} them, read the answers.
 *
 * <p>Implementations may be confined to one thread at a time.
 */
public interface RowBlock extends AutoCloseable {
    /**
     * Where the rows go: {@code features} numbers each, row after row from index 0.
     *
     * @return always the same buffer; use its absolute methods
     */
    FloatBuffer rows();

    /**
     * Where the answers are after a run: as many numbers each as {@link RowScorer#outputs()} says, row after row from
     * index 0.
     *
     * @return always the same buffer; use its absolute methods
     */
    FloatBuffer answers();

    /**
     * Scores the first rows. Blocks while the model computes.
     *
     * @param count how many, from 1 to as many as there is room for
     * @param signal tells when nobody waits for the answers any more
     * @throws InferenceException if the model failed while it computed, or was stopped
     */
    void score(int count, StopSignal signal);

    /** Frees the memory. Called once, before the model is closed. */
    @Override
    void close();
}
