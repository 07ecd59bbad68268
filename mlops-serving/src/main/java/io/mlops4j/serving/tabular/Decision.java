package io.mlops4j.serving.tabular;

/*
 * How scores become an answer, as ONNX Runtime does it [1]; ONNX itself leaves two classes vague. With weights for one class
 * only, the one score speaks for the second class, which wins above 0.5 if no weight is negative, as if the score were a
 * probability, and above 0 otherwise. LOGISTIC gives both classes their sigmoid; no other transform applies. Without it, a
 * score that may be a probability gives the other class the rest to 1, one that may not its negative. With weights for
 * both classes the second wins as soon as its score is positive.
 *
 * [1] https://github.com/microsoft/onnxruntime/blob/v1.22.0/onnxruntime/core/providers/cpu/ml/tree_ensemble_aggregator.h
 */
/** What is made of the raw scores of a row: a label or none, and the numbers of the answer. */
enum Decision {
    /** A number for each score, and no label. */
    VALUES {
        @Override
        int label(double[] scores, int count) {
            return -1;
        }

        @Override
        double margin(double[] scores, int count, int other) {
            return Double.POSITIVE_INFINITY;
        }
    },
    /** The class of the greatest score, the first of equals. */
    GREATEST {
        @Override
        int label(double[] scores, int count) {
            int best = 0;
            for (int i = 1; i < count; i++) {
                best = scores[i] > scores[best] ? i : best;
            }
            return best;
        }

        @Override
        double margin(double[] scores, int count, int other) {
            return scores[label(scores, count)] - scores[other];
        }
    },
    /** Two classes; the one score is the probability of the second. */
    PROBABILITY {
        @Override
        int label(double[] scores, int count) {
            return scores[0] > HALF ? 1 : 0;
        }

        @Override
        double margin(double[] scores, int count, int other) {
            return Math.abs(scores[0] - HALF);
        }

        @Override
        int values(Transform transform, double[] scores, int count, double[] values) {
            boolean isLogit = transform == Transform.LOGISTIC;
            values[0] = isLogit ? -scores[0] : 1 - scores[0];
            values[1] = scores[0];
            if (isLogit) {
                transform.apply(values, 2);
            }
            return 2;
        }
    },
    /** Two classes; the one score is how much the second is ahead. */
    MARGIN {
        @Override
        int label(double[] scores, int count) {
            return scores[0] > 0 ? 1 : 0;
        }

        @Override
        double margin(double[] scores, int count, int other) {
            return Math.abs(scores[0]);
        }

        @Override
        int values(Transform transform, double[] scores, int count, double[] values) {
            values[0] = -scores[0];
            values[1] = scores[0];
            if (transform == Transform.LOGISTIC) {
                transform.apply(values, 2);
            }
            return 2;
        }
    },
    /** Two classes with a score each. */
    SECOND_IF_POSITIVE {
        @Override
        int label(double[] scores, int count) {
            return scores[1] > 0 ? 1 : 0;
        }

        @Override
        double margin(double[] scores, int count, int other) {
            return Math.abs(scores[1]);
        }
    };

    private static final double HALF = 0.5;

    /** The number of the class that wins, or -1 if there are no classes. */
    abstract int label(double[] scores, int count);

    /** By how much the scores speak against another class than the one that wins. */
    abstract double margin(double[] scores, int count, int other);

    /** Sets the numbers of the answer; gives how many. */
    int values(Transform transform, double[] scores, int count, double[] values) {
        System.arraycopy(scores, 0, values, 0, count);
        transform.apply(values, count);
        return count;
    }

    /** How many numbers an answer has. */
    int valueCount(int scores) {
        return this == PROBABILITY || this == MARGIN ? 2 : scores;
    }
}
