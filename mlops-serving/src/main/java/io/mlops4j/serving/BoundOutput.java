package io.mlops4j.serving;

import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One output of a model and the component of a record that its rows, or one column of them, are read into.
 *
 * <p>Immutable.
 */
final class BoundOutput {
    private static final int WHOLE_ROW = -1;
    private static final Map<ElementType, Class<?>> BOXED = Map.of(
            ElementType.INT64, Long.class,
            ElementType.STRING, String.class,
            ElementType.FLOAT32, Float.class,
            ElementType.FLOAT64, Double.class);

    private final Class<?> record;
    private final RecordComponent component;
    private final ValueSpec spec;
    private final int column;

    private BoundOutput(Class<?> record, RecordComponent component, ValueSpec spec, int column) {
        this.record = record;
        this.component = component;
        this.spec = spec;
        this.column = column;
    }

    /** Binds a component to the output of its name. */
    static BoundOutput ofName(Class<?> record, RecordComponent component, Signature signature) {
        ValueSpec spec = signature
                .output(component.getName())
                .orElseThrow(() -> RowBinding.mismatch(
                        record,
                        "component " + component.getName() + " has no output of its name, expected one of "
                                + RowBinding.names(signature.outputs())));
        var bound = new BoundOutput(record, component, spec, WHOLE_ROW);
        if (spec instanceof TensorSpec tensor) {
            bound.requireCell(tensor);
            bound.requireRows(tensor.shape());
        } else if (spec instanceof SequenceSpec sequence && sequence.element() instanceof MapSpec map) {
            bound.requireMap(map);
        } else {
            throw bound.mismatch(
                    "is a " + spec.getClass().getSimpleName() + ", expected a tensor or a sequence of maps");
        }
        return bound;
    }

    /** Binds a component to the column of its place. */
    static BoundOutput ofColumn(Class<?> record, List<RecordComponent> components, int column, TensorSpec table) {
        var bound = new BoundOutput(record, components.get(column), table, column);
        long columns = table.shape().size(1);
        if (columns != Shape.DYNAMIC && columns != components.size()) {
            throw bound.mismatch("is of shape " + table.shape() + ", expected [rows, " + components.size()
                    + "] for as many components");
        }
        if (bound.component.getType().isArray()) {
            throw bound.mismatch("has one column for component " + bound.component.getName() + ", expected no array");
        }
        bound.requireCell(table);
        return bound;
    }

    private Class<?> cellType() {
        return component.getType().isArray() ? component.getType().getComponentType() : component.getType();
    }

    private void requireCell(TensorSpec tensor) {
        if (Cell.of(cellType()).filter(cell -> cell.takes(tensor.type())).isEmpty()) {
            throw mismatch("is " + tensor.type() + tensor.shape() + ", and component " + component.getName() + " is a "
                    + component.getType().getSimpleName() + ", expected a type that loses nothing of " + tensor.type());
        }
    }

    private void requireRows(Shape shape) {
        boolean array = component.getType().isArray();
        boolean oneValue = shape.rank() == 1 || (shape.rank() == 2 && shape.size(1) == 1);
        if (array ? shape.rank() != 2 : !oneValue) {
            throw mismatch("is of shape " + shape + ", expected "
                    + (array ? "[rows, n] for an array" : "[rows] or [rows, 1] for one value"));
        }
    }

    private void requireMap(MapSpec map) {
        Class<?> key = BOXED.get(map.key());
        Class<?> value = BOXED.get(map.value());
        boolean fits = component.getGenericType() instanceof ParameterizedType type
                && type.getRawType() == Map.class
                && type.getActualTypeArguments()[0] == key
                && type.getActualTypeArguments()[1] == value;
        if (!fits) {
            throw mismatch("is a sequence of maps of " + map.key() + " to " + map.value() + ", and component "
                    + component.getName() + " is a "
                    + component.getGenericType().getTypeName() + ", expected "
                    + (key == null || value == null
                            ? "an output of maps of INT64 or STRING"
                            : "Map<" + key.getSimpleName() + ", " + value.getSimpleName() + ">"));
        }
    }

    String name() {
        return spec.name();
    }

    String quoted() {
        return Text.quote(spec.name());
    }

    /**
     * The component's values, one a row.
     *
     * @throws InferenceException if the output is missing or not what its spec says, or a value is out of range
     */
    List<Object> cells(@Nullable Value value) {
        if (value instanceof Tensor tensor && spec instanceof TensorSpec declared) {
            return cells(tensor, declared);
        }
        if (value instanceof SequenceValue sequence
                && spec instanceof SequenceSpec declared
                && declared.element() instanceof MapSpec map) {
            return maps(sequence, map);
        }
        throw failed(
                (value == null ? "is missing" : "is a " + value.getClass().getSimpleName()) + ", expected " + spec);
    }

    private List<Object> cells(Tensor tensor, TensorSpec declared) {
        Shape shape = tensor.shape();
        if (tensor.type() != declared.type() || shape.rank() != declared.shape().rank()) {
            throw failed("is " + tensor.type() + shape + ", expected " + declared.type() + declared.shape());
        }
        int width = shape.rank() == 1 ? 1 : requireWidth(shape, declared.shape());
        IntFunction<Object> elements = elements(tensor);
        List<Object> cells = new ArrayList<>();
        for (int row = 0; row < shape.size(0); row++) {
            int first = row * width;
            cells.add(component.getType().isArray() ? array(elements, first, width) : elements.apply(first + place()));
        }
        return cells;
    }

    private int place() {
        return column == WHOLE_ROW ? 0 : column;
    }

    private int requireWidth(Shape shape, Shape declared) {
        long expected = column != WHOLE_ROW ? record.getRecordComponents().length : declared.size(1);
        if (expected != Shape.DYNAMIC && shape.size(1) != expected) {
            throw failed("is of shape " + shape + ", expected [rows, " + expected + "]");
        }
        return Math.toIntExact(shape.size(1));
    }

    private Object array(IntFunction<Object> elements, int first, int width) {
        Object array = Array.newInstance(cellType(), width);
        for (int i = 0; i < width; i++) {
            Array.set(array, i, elements.apply(first + i));
        }
        return array;
    }

    private IntFunction<Object> elements(Tensor tensor) {
        Cell cell = Cell.of(cellType()).orElseThrow();
        return switch (cell) {
            case BOOLEAN -> {
                boolean[] values = tensor.booleans();
                yield i -> values[i];
            }
            case TEXT -> tensor.strings()::get;
            case FLOAT -> {
                float[] values = tensor.floats();
                yield i -> values[i];
            }
            case DOUBLE -> {
                double[] values = tensor.doubles();
                yield i -> values[i];
            }
            case BYTE, SHORT, INT, LONG -> {
                long[] values = tensor.longs();
                yield i -> whole(cell, values[i], tensor.type());
            }
        };
    }

    private Object whole(Cell cell, long value, ElementType type) {
        boolean huge = type == ElementType.UINT64 && value < 0;
        if (huge || !cell.holds(value)) {
            throw failed("holds " + (huge ? Long.toUnsignedString(value) : value) + ", expected what component "
                    + component.getName() + " can hold, a " + cellType().getSimpleName());
        }
        return cell.box(value);
    }

    private List<Object> maps(SequenceValue sequence, MapSpec declared) {
        List<Object> cells = new ArrayList<>();
        for (Value value : sequence.values()) {
            if (!(value instanceof MapValue map) || !isOf(map, declared)) {
                throw failed("holds a row that is no map of " + declared.key() + " to " + declared.value()
                        + ", expected nothing else");
            }
            cells.add(Collections.unmodifiableMap(new LinkedHashMap<>(map.entries())));
        }
        return cells;
    }

    private static boolean isOf(MapValue map, MapSpec declared) {
        Class<?> key = BOXED.get(declared.key());
        Class<?> value = BOXED.get(declared.value());
        return key != null
                && value != null
                && map.entries().keySet().stream().allMatch(key::isInstance)
                && map.entries().values().stream().allMatch(value::isInstance);
    }

    private IllegalArgumentException mismatch(String why) {
        return RowBinding.mismatch(record, "output " + quoted() + " " + why);
    }

    InferenceException failed(String why) {
        return failed(record, "output " + quoted() + " " + why);
    }

    static InferenceException failed(Class<?> record, String why) {
        return new InferenceException("Cannot read an answer as " + record.getSimpleName() + ": " + why, null);
    }
}
