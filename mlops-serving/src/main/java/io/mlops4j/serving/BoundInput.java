package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import java.lang.reflect.Array;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One input of a model and the components of a record that fill its rows.
 *
 * <p>Immutable.
 *
 * @param record the record, for messages
 * @param spec the input; its first dimension is that of the rows
 * @param accessors what gives the values, in the order of the columns; copied
 */
record BoundInput(Class<?> record, TensorSpec spec, List<Method> accessors) {
    BoundInput {
        accessors = List.copyOf(accessors);
    }

    /** Binds one component to the input of its name. */
    static BoundInput ofName(Class<?> record, RecordComponent component, TensorSpec spec) {
        boolean array = component.getType().isArray();
        requireCell(record, component, spec);
        Shape shape = spec.shape();
        boolean oneValue = shape.rank() == 1 || (shape.rank() == 2 && shape.size(1) == 1);
        boolean severalValues = shape.rank() == 2;
        if (array ? !severalValues : !oneValue) {
            throw mismatch(
                    record,
                    spec,
                    "is of shape " + shape + ", expected "
                            + (array ? "[rows, n] for an array" : "[rows] or [rows, 1] for one value"));
        }
        return new BoundInput(record, spec, List.of(accessor(record, component)));
    }

    /** Binds every component to one column of an input. */
    static BoundInput ofColumns(Class<?> record, List<RecordComponent> components, TensorSpec spec) {
        long columns = spec.shape().size(1);
        if (components.isEmpty() || (columns != Shape.DYNAMIC && columns != components.size())) {
            throw mismatch(
                    record,
                    spec,
                    "is of shape " + spec.shape() + ", expected [rows, " + components.size()
                            + "] for as many components");
        }
        List<Method> accessors = new ArrayList<>();
        for (RecordComponent component : components) {
            if (component.getType().isArray()) {
                throw mismatch(
                        record, spec, "has one column for component " + component.getName() + ", expected no array");
            }
            requireCell(record, component, spec);
            accessors.add(accessor(record, component));
        }
        return new BoundInput(record, spec, accessors);
    }

    private static void requireCell(Class<?> record, RecordComponent component, TensorSpec spec) {
        Class<?> type = component.getType().isArray() ? component.getType().getComponentType() : component.getType();
        if (Cell.of(type).filter(cell -> cell.fits(spec.type())).isEmpty()) {
            throw mismatch(
                    record,
                    spec,
                    "is " + spec.type() + spec.shape() + ", and component " + component.getName() + " is a "
                            + component.getType().getSimpleName()
                            + ", expected a type that loses nothing in " + spec.type());
        }
    }

    private static Method accessor(Class<?> record, RecordComponent component) {
        Method accessor = component.getAccessor();
        try {
            accessor.setAccessible(true);
            return accessor;
        } catch (InaccessibleObjectException e) {
            throw inaccessible(record, e);
        }
    }

    static IllegalArgumentException inaccessible(Class<?> record, InaccessibleObjectException cause) {
        return new IllegalArgumentException(
                "Cannot bind " + record.getSimpleName() + " to a model: it is neither public in an exported"
                        + " package nor in one that is open to this module",
                cause);
    }

    private static IllegalArgumentException mismatch(Class<?> record, TensorSpec spec, String why) {
        return RowBinding.mismatch(record, "input " + Text.quote(spec.name()) + " " + why);
    }

    String name() {
        return spec.name();
    }

    /** The rows as one tensor. */
    Tensor tensor(List<? extends Record> rows) {
        List<Object> values = new ArrayList<>(rows.size() * accessors.size());
        int width = -1;
        for (int row = 0; row < rows.size(); row++) {
            int before = values.size();
            Record there = record(row, rows);
            for (Method accessor : accessors) {
                add(row, value(accessor, there), values);
            }
            width = requireWidth(row, values.size() - before, width);
        }
        requireRows(rows.size());
        return tensor(values, sizes(rows.size(), width));
    }

    private Record record(int row, List<? extends Record> rows) {
        @Nullable Record there = rows.get(row);
        if (there == null) {
            throw new RejectedInputException("Cannot make inputs of " + record.getSimpleName() + ": row " + row
                    + " is null, expected a " + record.getSimpleName());
        }
        return there;
    }

    private void add(int row, @Nullable Object value, List<Object> into) {
        if (value == null) {
            throw rejected(row, "is null, expected " + spec.type());
        }
        if (!value.getClass().isArray()) {
            into.add(value);
            return;
        }
        for (int i = 0; i < Array.getLength(value); i++) {
            Object element = Array.get(value, i);
            if (element == null) {
                throw rejected(row, "holds null, expected " + spec.type());
            }
            into.add(element);
        }
    }

    private int requireWidth(int row, int width, int before) {
        Shape shape = spec.shape();
        long declared = shape.rank() == 1 ? 1 : shape.size(1);
        long expected = declared != Shape.DYNAMIC ? declared : before == -1 ? width : before;
        if (width != expected) {
            throw rejected(row, "is of shape [" + width + "], expected [" + expected + "]");
        }
        return width;
    }

    private void requireRows(int rows) {
        long declared = spec.shape().size(0);
        if (declared != Shape.DYNAMIC && declared != rows) {
            throw new RejectedInputException("Cannot make inputs of " + record.getSimpleName() + ": input "
                    + Text.quote(spec.name()) + " gets " + rows + " rows, expected " + declared);
        }
    }

    private long[] sizes(int rows, int width) {
        if (spec.shape().rank() == 1) {
            return new long[] {rows};
        }
        long declared = spec.shape().size(1);
        return new long[] {rows, declared != Shape.DYNAMIC ? declared : Math.max(width, 0)};
    }

    private Tensor tensor(List<Object> values, long[] sizes) {
        ElementType type = spec.type();
        if (type == ElementType.STRING) {
            return Tensor.ofStrings(values.stream().map(String.class::cast).toList(), sizes);
        }
        if (type == ElementType.BOOL) {
            boolean[] flags = new boolean[values.size()];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = (Boolean) values.get(i);
            }
            return Tensor.ofBooleans(flags, sizes);
        }
        return type.isInteger() ? integers(values, sizes) : decimals(values, sizes);
    }

    private Tensor integers(List<Object> values, long[] sizes) {
        long[] numbers = new long[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((Number) values.get(i)).longValue();
            if (numbers[i] < 0 && spec.type() == ElementType.UINT64) {
                throw outOfRange(numbers[i]);
            }
        }
        try {
            return Tensor.ofIntegers(spec.type(), numbers, sizes);
        } catch (IllegalArgumentException e) {
            throw new RejectedInputException(
                    "Cannot make inputs of " + record.getSimpleName() + ": input " + Text.quote(spec.name()) + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private Tensor decimals(List<Object> values, long[] sizes) {
        double[] numbers = new double[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((Number) values.get(i)).doubleValue();
        }
        return Tensor.ofFloatingPoint(spec.type(), numbers, sizes);
    }

    private @Nullable Object value(Method accessor, Record row) {
        try {
            return accessor.invoke(row);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("Cannot read " + accessor.getName() + " of " + record.getSimpleName(), e);
        } catch (InvocationTargetException e) {
            throw new RejectedInputException(
                    "Cannot make inputs of " + record.getSimpleName() + ": component " + accessor.getName() + " failed",
                    e);
        }
    }

    private RejectedInputException outOfRange(long value) {
        return new RejectedInputException("Cannot make inputs of " + record.getSimpleName() + ": input "
                + Text.quote(spec.name()) + " holds " + value + ", expected 0 or more for " + spec.type());
    }

    private RejectedInputException rejected(int row, String why) {
        return new RejectedInputException("Cannot make inputs of " + record.getSimpleName() + ": row " + row
                + " of input " + Text.quote(spec.name()) + " " + why);
    }
}
