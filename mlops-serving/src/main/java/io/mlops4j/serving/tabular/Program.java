package io.mlops4j.serving.tabular;

import java.util.List;

/**
 * A compiled model: changes a row, adds up its scores, decides, and changes the numbers of the answer.
 *
 * <p>Immutable; each thread brings its own {@link Scratch}.
 *
 * @param input the name of the input
 * @param width how many features a row has
 * @param before what is done to the row
 * @param raw what is added up
 * @param decision what is made of that
 * @param transform and how
 * @param after what is done to the numbers of the answer
 * @param outputs in the order of the file
 */
record Program(
        String input,
        int width,
        List<RowStep> before,
        RawScores raw,
        Decision decision,
        Transform transform,
        List<ValueStep> after,
        List<Output> outputs) {
    Program {
        before = List.copyOf(before);
        after = List.copyOf(after);
        outputs = List.copyOf(outputs);
    }

    /** How many numbers an answer has. */
    int valueCount() {
        return decision.valueCount(raw.outputs());
    }

    /** Whether the answer is the one raw score and nothing else. */
    boolean isPlain() {
        return before.isEmpty()
                && raw.outputs() == 1
                && decision == Decision.VALUES
                && transform == Transform.NONE
                && after.isEmpty();
    }

    /** Answers the row that starts at an index; gives its class or -1, and leaves scores and values in the scratch. */
    int answer(float[] rows, int from, Scratch scratch) {
        if (before.isEmpty()) {
            raw.scoresOf(rows, from, scratch.scores);
        } else {
            prepare(rows, from, scratch);
            raw.scoresOf(scratch.row, 0, scratch.scores);
        }
        int count = raw.outputs();
        int label = decision.label(scratch.scores, count);
        decision.values(transform, scratch.scores, count, scratch.values);
        for (int i = 0; i < after.size(); i++) { // no iterator: this allocates nothing
            after.get(i).apply(scratch.values);
        }
        return label;
    }

    /** Sets the row as it is scored. */
    void prepare(float[] rows, int from, Scratch scratch) {
        System.arraycopy(rows, from, scratch.row, 0, width);
        for (int i = 0; i < before.size(); i++) {
            before.get(i).apply(scratch.row);
        }
    }

    /**
     * What one answer needs.
     *
     * <p>Confined to one thread at a time.
     */
    static final class Scratch {
        final float[] row;
        final double[] scores;
        final double[] values;

        Scratch(Program program) {
            row = new float[program.width];
            scores = new double[program.raw.outputs()];
            values = new double[program.valueCount()];
        }
    }
}
