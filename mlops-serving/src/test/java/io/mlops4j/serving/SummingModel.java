package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.Arrays;
import java.util.Map;

/** Each row of the answer is the sum of all rows: they influence each other. */
final class SummingModel implements ColumnModel {
    @Override
    public Map<String, Value> run(Map<String, Value> inputs) {
        float[] x = ((Tensor) requireNonNull(inputs.get("x"))).floats();
        float sum = 0;
        for (float value : x) {
            sum += value;
        }
        float[] y = new float[x.length];
        Arrays.fill(y, sum);
        return Map.of("y", Tensor.ofFloats(y, y.length, 1));
    }

    @Override
    public void close() {}
}
