package io.mlops4j.serving.tabular;

import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An output of a model: what is made of the answers to some rows.
 *
 * <p>Implementations are immutable.
 */
sealed interface Output {
    /** The output's name. */
    String name();

    /** Makes the output of a row's class each, and of values row by row. */
    Value of(int[] classes, float[] values, int valuesOfRow);

    /** The numbers as a tensor [rows, n]. */
    record Values(String name) implements Output {
        @Override
        public Value of(int[] classes, float[] values, int valuesOfRow) {
            return Tensor.ofFloats(values, classes.length, valuesOfRow);
        }
    }

    /** The labels as a tensor [rows]. */
    record Labels(String name, Classes labels) implements Output {
        @Override
        public Value of(int[] classes, float[] values, int valuesOfRow) {
            return labels.tensor(classes);
        }
    }

    /** A map from labels to numbers for each row. */
    record Maps(String name, Classes keys) implements Output {
        @Override
        public Value of(int[] classes, float[] values, int valuesOfRow) {
            List<Value> maps = new ArrayList<>(classes.length);
            for (int row = 0; row < classes.length; row++) {
                Map<Object, Object> map = new LinkedHashMap<>();
                for (int i = 0; i < valuesOfRow; i++) {
                    map.put(keys.labels().get(i), values[row * valuesOfRow + i]);
                }
                maps.add(new MapValue(map));
            }
            return new SequenceValue(maps);
        }
    }
}
