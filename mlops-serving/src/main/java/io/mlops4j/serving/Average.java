package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The mean of tensors of one floating-point type and one shape, element by element.
 *
 * <p>Immutable.
 */
final class Average implements UnaryOperator<Map<String, Value>> {
    @Override
    public Map<String, Value> apply(Map<String, Value> inputs) {
        Tensor first = tensor(inputs.values().iterator().next());
        double[] sums = new double[first.elementCount()];
        for (Value input : inputs.values()) {
            Tensor tensor = tensor(input);
            if (tensor.type() != first.type() || !tensor.shape().equals(first.shape())) {
                throw rejected(form(tensor) + " beside " + form(first));
            }
            double[] values = tensor.doubles();
            for (int i = 0; i < sums.length; i++) {
                sums[i] += values[i];
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= inputs.size();
        }
        Tensor mean = Tensor.ofFloatingPoint(first.type(), sums, first.shape().sizes());
        return Map.of(Step.AVERAGE, mean);
    }

    private static Tensor tensor(Value value) {
        if (value instanceof Tensor tensor && tensor.type().isFloat()) {
            return tensor;
        }
        throw rejected(
                value instanceof Tensor other
                        ? form(other)
                        : "a " + value.getClass().getSimpleName());
    }

    private static String form(Tensor tensor) {
        return tensor.type().toString() + tensor.shape();
    }

    private static RejectedInputException rejected(String seen) {
        return new RejectedInputException("Cannot average values: one is " + seen
                + ", expected tensors of one floating-point type and one shape");
    }
}
