package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;

/**
 * Scores one row at a time without building tensors.
 *
 * <p>Implementations must be thread-safe.
 */
public interface RowScorer {
    /**
     * The length of a row.
     *
     * @return how many features the model takes
     */
    int features();

    /**
     * The length of an answer.
     *
     * @return how many numbers the model gives for a row
     */
    int outputs();

    /**
     * Scores a row.
     *
     * @param row {@link #features()} values; only read, and not kept
     * @param out receives {@link #outputs()} values from index 0
     * @throws RejectedInputException if the row has another length
     */
    void score(float[] row, float[] out);
}
