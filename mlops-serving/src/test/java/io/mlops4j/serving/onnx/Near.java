package io.mlops4j.serving.onnx;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.Map;

/** Whether answers agree with those of the reference implementation: whole numbers and text exactly, others nearly. */
final class Near {
    private static final double TOLERANCE = 1e-3;

    private Near() {}

    static boolean all(Map<String, Value> expected, Map<String, Value> actual) {
        return actual.keySet().containsAll(expected.keySet())
                && expected.entrySet().stream()
                        .allMatch(entry -> near(entry.getValue(), requireNonNull(actual.get(entry.getKey()))));
    }

    private static boolean near(Value expected, Value actual) {
        if (expected instanceof Tensor one
                && actual instanceof Tensor other
                && one.type().isFloat()) {
            return one.type() == other.type()
                    && one.shape().equals(other.shape())
                    && near(one.doubles(), other.doubles());
        }
        if (expected instanceof SequenceValue one && actual instanceof SequenceValue other) {
            boolean near = one.values().size() == other.values().size();
            for (int i = 0; near && i < one.values().size(); i++) {
                near = near(one.values().get(i), other.values().get(i));
            }
            return near;
        }
        return expected.equals(actual);
    }

    private static boolean near(double[] expected, double[] actual) {
        for (int i = 0; i < expected.length; i++) {
            double slack = TOLERANCE * Math.max(1, Math.abs(expected[i]));
            boolean equal = Double.compare(expected[i], actual[i]) == 0;
            if (!equal && !(Math.abs(expected[i] - actual[i]) <= slack)) {
                return false;
            }
        }
        return true;
    }
}
