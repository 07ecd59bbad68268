package io.mlops4j.serving.tabular;

/**
 * Changes a row before it is scored, in float like ONNX Runtime: what trees compare must come out bit by bit.
 *
 * <p>Implementations are immutable.
 */
interface RowStep {
    /** Changes a row in place. */
    void apply(float[] row);

    /** About the value of a feature that becomes this one. */
    float undo(int feature, float value);

    /** Scikit-learn's StandardScaler: {@code (x - offset) * scale}. The arrays are shared. */
    static RowStep scaler(float[] offset, float[] scale) {
        return new RowStep() {
            @Override
            public void apply(float[] row) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = (row[i] - offset[i]) * scale[i];
                }
            }

            @Override
            public float undo(int feature, float value) {
                return value / scale[feature] + offset[feature];
            }
        };
    }

    /** Replaces a value, or NaN, by another one for each feature. The array is shared. */
    static RowStep imputer(float replaced, float[] by) {
        return new RowStep() {
            @Override
            public void apply(float[] row) {
                for (int i = 0; i < row.length; i++) {
                    boolean isReplaced = row[i] == replaced || (Float.isNaN(replaced) && Float.isNaN(row[i]));
                    row[i] = isReplaced ? by[i] : row[i];
                }
            }

            @Override
            public float undo(int feature, float value) {
                return value;
            }
        };
    }
}
