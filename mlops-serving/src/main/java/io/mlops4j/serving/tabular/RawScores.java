package io.mlops4j.serving.tabular;

/**
 * What a model adds up for a row before it makes an answer of it.
 *
 * <p>Implementations are immutable.
 */
interface RawScores {
    /** How many scores a row has, 1 or more. */
    int outputs();

    /** The score of a row that starts at an index, if there is one output. */
    double only(float[] row, int from);

    /** Sets the scores of a row that starts at an index. */
    void scoresOf(float[] row, int from, double[] scores);

    /** Sets what the scores would be if every term counted positive: the measure of the errors of adding up. */
    void magnitudesOf(float[] row, int from, double[] magnitudes);

    /** The most terms that are added up for one score. */
    int terms();
}
