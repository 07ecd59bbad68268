package io.mlops4j.serving.tabular;

/** Changes the numbers of an answer, in double. */
enum ValueStep {
    EXP {
        @Override
        void apply(double[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.exp(values[i]);
            }
        }
    },
    /** Divides by the sum of the absolute values. */
    NORMALIZE_L1 {
        @Override
        void apply(double[] values) {
            double sum = 0;
            for (double value : values) {
                sum += Math.abs(value);
            }
            for (int i = 0; i < values.length; i++) {
                values[i] /= sum;
            }
        }
    };

    /** Changes the values in place. */
    abstract void apply(double[] values);
}
