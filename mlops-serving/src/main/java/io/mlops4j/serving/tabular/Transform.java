package io.mlops4j.serving.tabular;

import java.util.Map;

/** What is made of scores, in double: ONNX's {@code post_transform}. */
enum Transform {
    NONE {
        @Override
        void apply(double[] values, int count) {}
    },
    /** Each value's own sigmoid. The complement of a probability is the sigmoid of the negative score, not 1 − p. */
    LOGISTIC {
        @Override
        void apply(double[] values, int count) {
            for (int i = 0; i < count; i++) {
                values[i] = 1 / (1 + Math.exp(-values[i]));
            }
        }
    },
    SOFTMAX {
        @Override
        void apply(double[] values, int count) {
            double greatest = greatest(values, count);
            double sum = 0;
            for (int i = 0; i < count; i++) {
                values[i] = Math.exp(values[i] - greatest);
                sum += values[i];
            }
            divide(values, count, sum);
        }
    },
    /** A softmax in which scores of zero, to within 1e-7, stay small: scaled like the others but not raised to one. */
    SOFTMAX_ZERO {
        @Override
        void apply(double[] values, int count) {
            double greatest = greatest(values, count);
            double sum = 0;
            for (int i = 0; i < count; i++) {
                if (Math.abs(values[i]) > ZERO) {
                    values[i] = Math.exp(values[i] - greatest);
                    sum += values[i];
                } else {
                    values[i] *= Math.exp(-greatest);
                }
            }
            divide(values, count, sum);
        }
    };

    private static final float ZERO = 1e-7f;
    private static final Map<String, Transform> BY_NAME =
            Map.of("NONE", NONE, "LOGISTIC", LOGISTIC, "SOFTMAX", SOFTMAX, "SOFTMAX_ZERO", SOFTMAX_ZERO);

    /** The transform of a name in a file. */
    static Transform of(String name) throws NotCompiledException {
        Transform transform = BY_NAME.get(name);
        if (transform == null) {
            throw new NotCompiledException("expected a known transform");
        }
        return transform;
    }

    /** Changes the first values. */
    abstract void apply(double[] values, int count);

    private static double greatest(double[] values, int count) {
        double greatest = -Double.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            greatest = Math.max(greatest, values[i]);
        }
        return greatest;
    }

    private static void divide(double[] values, int count, double sum) {
        for (int i = 0; i < count; i++) {
            values[i] /= sum;
        }
    }
}
