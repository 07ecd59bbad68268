package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Reads the outputs of a tabular model as records, the way back of {@link RowBinding}: bound once, so that a mistake shows
 * when the program starts and not in an answer. Each component is read from the output of its name; or, if the model has
 * one output of n columns and no component is named as it is, the n components from the columns in their order.
 *
 * <pre>{@code
 * record Fate(long label, Map<Long, Float> probabilities) {}
 *
 * var fates = AnswerBinding.of(Fate.class, server.signature(titanic));
 * Fate fate = fates.row(server.predict(titanic, passengers.row(passenger)).outputs());
 * }</pre>
 *
 * <p>An output is of shape [rows], [rows, 1], or for a component that is an array [rows, n]. A component's type must lose
 * nothing of the output's: {@code boolean} of {@code BOOL}; {@code byte}, {@code short}, {@code int} and {@code long} of
 * any integer type (each value is checked to be in the component's range); {@code float} of {@code FLOAT32},
 * {@code FLOAT16} and {@code BFLOAT16}; {@code double} of any floating-point type; {@code String} of {@code STRING}; or an
 * array of one of these. A sequence of maps, as of scikit-learn's classifiers, is read as a {@code Map} whose types are the
 * output's: {@code Map<Long, Float>} or {@code Map<String, Float>}. Outputs without a component are left out; an output
 * that is optional cannot be bound.
 *
 * <p>Immutable.
 *
 * @param <R> the record
 */
public final class AnswerBinding<R extends Record> {
    private final Class<R> type;
    private final Constructor<R> constructor;
    private final List<BoundOutput> outputs;

    private AnswerBinding(Class<R> type, Constructor<R> constructor, List<BoundOutput> outputs) {
        this.type = type;
        this.constructor = constructor;
        this.outputs = List.copyOf(outputs);
    }

    /**
     * Binds a record.
     *
     * @param type the record's class, of one component or more; if it is not public, its package must be open to this
     *     module
     * @param signature what the model gives
     * @return the binding
     * @throws IllegalArgumentException if a component has no output, or their types or shapes do not agree; the message
     *     names the component or the output, what was seen and what was expected
     */
    public static <R extends Record> AnswerBinding<R> of(Class<R> type, Signature signature) {
        List<RecordComponent> components = Arrays.asList(requireNonNull(type.getRecordComponents(), "components"));
        if (components.isEmpty()) {
            throw RowBinding.mismatch(type, "it has no components, expected one or more");
        }
        List<BoundOutput> bound = new ArrayList<>();
        for (int i = 0; i < components.size(); i++) {
            bound.add(
                    isTable(components, signature)
                            ? BoundOutput.ofColumn(type, components, i, (TensorSpec)
                                    signature.outputs().get(0))
                            : BoundOutput.ofName(type, components.get(i), signature));
        }
        return new AnswerBinding<>(type, constructor(type, components), bound);
    }

    private static boolean isTable(List<RecordComponent> components, Signature signature) {
        return signature.outputs().size() == 1
                && signature.outputs().get(0) instanceof TensorSpec table
                && table.shape().rank() == 2
                && components.stream().noneMatch(c -> c.getName().equals(table.name()));
    }

    private static <R> Constructor<R> constructor(Class<R> type, List<RecordComponent> components) {
        Class<?>[] types = components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor;
        } catch (InaccessibleObjectException e) {
            throw BoundInput.inaccessible(type, e);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("Record " + type.getSimpleName() + " lacks its own constructor", e);
        }
    }

    /**
     * The only row of an answer.
     *
     * @param outputs what the model gave, by name: {@link Prediction#outputs}
     * @return the record
     * @throws InferenceException as {@link #rows}, and if the answer is not of one row
     */
    public R row(Map<String, Value> outputs) {
        List<R> rows = rows(outputs);
        if (rows.size() != 1) {
            throw BoundOutput.failed(type, "it has " + rows.size() + " rows, expected 1");
        }
        return rows.get(0);
    }

    /**
     * The rows of an answer.
     *
     * @param outputs what the model gave, by name: {@link Prediction#outputs}
     * @return one record for each row, in their order
     * @throws InferenceException if the answer is not what the signature declared: an output is missing or of another type
     *     or shape, outputs differ in their numbers of rows, a value is out of its component's range; or if the record
     *     refuses the values
     */
    public List<R> rows(Map<String, Value> outputs) {
        List<List<Object>> cells = new ArrayList<>();
        for (BoundOutput output : this.outputs) {
            cells.add(output.cells(outputs.get(output.name())));
            requireSameRows(cells);
        }
        List<R> rows = new ArrayList<>();
        for (int row = 0; row < cells.get(0).size(); row++) {
            rows.add(make(row, cells));
        }
        return List.copyOf(rows);
    }

    private void requireSameRows(List<List<Object>> cells) {
        int last = cells.size() - 1;
        if (cells.get(last).size() != cells.get(0).size()) {
            throw outputs.get(last)
                    .failed("has " + cells.get(last).size() + " rows, expected "
                            + cells.get(0).size() + " as output "
                            + outputs.get(0).quoted());
        }
    }

    private R make(int row, List<List<Object>> cells) {
        Object[] values = cells.stream().map(column -> column.get(row)).toArray();
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new InferenceException(
                    "Cannot read an answer as " + type.getSimpleName() + ": the record refuses row " + row,
                    e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot make a " + type.getSimpleName(), e);
        }
    }

    /** Names the record and the outputs. */
    @Override
    public String toString() {
        return type.getSimpleName() + " read from "
                + outputs.stream().map(BoundOutput::name).distinct().toList();
    }
}
