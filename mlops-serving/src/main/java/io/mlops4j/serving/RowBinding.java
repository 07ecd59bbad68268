package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedInputException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Binds a record to the inputs of a tabular model, once, so that a mistake shows when the program starts and not in a
 * request: each component to the input of its name, or, if the model has one input of n columns, the n components to the
 * columns in their order.
 *
 * <pre>{@code
 * record Passenger(long age, float fare, String port) {}
 *
 * var passengers = RowBinding.of(Passenger.class, server.signature(titanic));
 * server.predict(titanic, passengers.row(new Passenger(31, 7.25f, "S")));
 * }</pre>
 *
 * <p>An input is of shape [rows], [rows, 1], or for a component that is an array [rows, n]. A component's type must lose
 * nothing in the input's: {@code boolean} for {@code BOOL}; {@code byte}, {@code short}, {@code int} and {@code long} for
 * any integer type (each value is checked to be in its range) and for floating-point types that hold them exactly;
 * {@code float} for {@code FLOAT32} and {@code FLOAT64}; {@code double} for {@code FLOAT64}; {@code String} for
 * {@code STRING}; or an array of one of these. Inputs that are optional may have no component.
 *
 * <p>The way back, from the outputs to records, is {@link AnswerBinding}.
 *
 * <p>Immutable.
 *
 * @param <R> the record
 */
public final class RowBinding<R extends Record> {
    private final Class<R> type;
    private final List<BoundInput> inputs;

    private RowBinding(Class<R> type, List<BoundInput> inputs) {
        this.type = type;
        this.inputs = List.copyOf(inputs);
    }

    /**
     * Binds a record.
     *
     * @param type the record's class; if it is not public, its package must be open to this module
     * @param signature what the model takes
     * @return the binding
     * @throws IllegalArgumentException if a component has no input, an input has no component, or their types or shapes
     *     do not agree; the message names the input, what was seen and what was expected
     */
    public static <R extends Record> RowBinding<R> of(Class<R> type, Signature signature) {
        List<RecordComponent> components = Arrays.asList(requireNonNull(type.getRecordComponents(), "components"));
        if (signature.inputs().size() == 1
                && signature.inputs().get(0) instanceof TensorSpec table
                && table.shape().rank() == 2
                && components.stream().noneMatch(c -> c.getName().equals(table.name()))) {
            return new RowBinding<>(type, List.of(BoundInput.ofColumns(type, components, table)));
        }
        List<BoundInput> inputs = new ArrayList<>();
        for (RecordComponent component : components) {
            inputs.add(BoundInput.ofName(type, component, input(type, component, signature)));
        }
        requireAll(type, signature, inputs);
        return new RowBinding<>(type, inputs);
    }

    private static TensorSpec input(Class<?> type, RecordComponent component, Signature signature) {
        ValueSpec spec = signature
                .input(component.getName())
                .orElseThrow(() -> mismatch(
                        type,
                        "component " + component.getName() + " has no input of its name, expected one of "
                                + names(signature.inputs())));
        ValueSpec there = spec instanceof OptionalSpec optional ? optional.element() : spec;
        if (there instanceof TensorSpec tensor) {
            return new TensorSpec(component.getName(), tensor.type(), tensor.shape());
        }
        throw mismatch(
                type,
                "input " + Text.quote(spec.name()) + " is a " + there.getClass().getSimpleName()
                        + ", expected a tensor");
    }

    private static void requireAll(Class<?> type, Signature signature, List<BoundInput> bound) {
        for (ValueSpec spec : signature.inputs()) {
            boolean there = bound.stream().anyMatch(input -> input.name().equals(spec.name()));
            if (!there && !(spec instanceof OptionalSpec)) {
                throw mismatch(
                        type, "input " + Text.quote(spec.name()) + " has no component, expected one of its name");
            }
        }
    }

    static String names(List<ValueSpec> specs) {
        return specs.stream().limit(32).map(spec -> Text.quote(spec.name())).collect(Collectors.joining(", "));
    }

    static IllegalArgumentException mismatch(Class<?> type, String why) {
        return new IllegalArgumentException("Cannot bind " + type.getSimpleName() + " to a model: " + why);
    }

    /**
     * The inputs of one row.
     *
     * @param row the record
     * @return a tensor of one row for each bound input, by name
     * @throws RejectedInputException if a row or a value is null, or a value is out of the range of its input's type, or of
     *     the wrong length
     */
    public Map<String, Value> row(R row) {
        return rows(Collections.singletonList(row));
    }

    /**
     * The inputs of several rows.
     *
     * @param rows the records, 0 or more
     * @return a tensor for each bound input, by name, whose first dimension is the number of rows
     * @throws RejectedInputException if a row or a value is null, or a value is out of the range of its input's type, or of
     *     the wrong length
     */
    public Map<String, Value> rows(List<R> rows) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (BoundInput input : inputs) {
            Tensor tensor = input.tensor(rows);
            values.put(input.name(), tensor);
        }
        return values;
    }

    /** Names the record and the inputs. */
    @Override
    public String toString() {
        return type.getSimpleName() + " bound to "
                + inputs.stream().map(BoundInput::name).toList();
    }
}
