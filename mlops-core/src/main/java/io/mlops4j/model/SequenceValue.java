package io.mlops4j.model;

import java.util.List;

/**
 * An ordered sequence of values, such as scikit-learn's list of one map a row.
 *
 * <p>Immutable.
 *
 * @param values the elements; copied
 */
public record SequenceValue(List<Value> values) implements Value {
    /** Copies the elements. */
    public SequenceValue {
        values = List.copyOf(values);
    }
}
