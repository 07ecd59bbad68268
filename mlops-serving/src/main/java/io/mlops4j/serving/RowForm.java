package io.mlops4j.serving;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import java.util.Optional;

/**
 * The form that a model must have for the fast path of {@link RowScorer}: its only input is {@code FLOAT32} of shape
 * [rows, features], and some output is {@code FLOAT32} of shape [rows, n] or [rows]; of several, the first one counts.
 * Rows must be dynamic or 1; features and n must be known.
 *
 * <p>Immutable.
 *
 * @param input the only input
 * @param output the output that the fast path gives
 */
public record RowForm(TensorSpec input, TensorSpec output) {
    /**
     * Finds the form in a signature.
     *
     * @param signature what a model takes and gives
     * @return the form, or empty if the model is of another form
     */
    public static Optional<RowForm> of(Signature signature) {
        if (signature.inputs().size() != 1
                || !(signature.inputs().get(0) instanceof TensorSpec input)
                || !isInput(input)) {
            return Optional.empty();
        }
        for (ValueSpec output : signature.outputs()) {
            if (output instanceof TensorSpec tensor && isOutput(tensor)) {
                return Optional.of(new RowForm(input, tensor));
            }
        }
        return Optional.empty();
    }

    private static boolean isInput(TensorSpec spec) {
        return spec.type() == ElementType.FLOAT32 && spec.shape().rank() == 2 && oneRow(spec.shape());
    }

    private static boolean isOutput(TensorSpec spec) {
        int rank = spec.shape().rank();
        return spec.type() == ElementType.FLOAT32 && (rank == 1 || rank == 2) && oneRow(spec.shape());
    }

    private static boolean oneRow(Shape shape) {
        boolean anyRows = shape.size(0) == Shape.DYNAMIC || shape.size(0) == 1;
        return anyRows && (shape.rank() == 1 || (shape.size(1) > 0 && shape.size(1) <= Integer.MAX_VALUE));
    }

    /**
     * The length of a row.
     *
     * @return 1 or more
     */
    public int features() {
        return Math.toIntExact(input.shape().size(1));
    }

    /**
     * The length of an answer.
     *
     * @return 1 or more
     */
    public int outputs() {
        return output.shape().rank() == 1 ? 1 : Math.toIntExact(output.shape().size(1));
    }

    /**
     * The input's shape for one row.
     *
     * @return [1, features]
     */
    public Shape inputRow() {
        return input.shape().with(0, 1);
    }

    /**
     * The output's shape for one row.
     *
     * @return [1, n] or [1]
     */
    public Shape outputRow() {
        return output.shape().with(0, 1);
    }
}
