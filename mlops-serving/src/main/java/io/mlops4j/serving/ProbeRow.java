package io.mlops4j.serving;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What the rows are filled with that a model is probed with. */
enum ProbeRow {
    /** Like real numbers: normally distributed, small integers. */
    USUAL,
    /** All alike and far out. */
    LARGE,
    /** The same on the other side. */
    SMALL,
    /** Two numbers far out, on either side, the others 0: stands out even after its row is normalised. */
    SPIKE,
    ZERO,
    /** Like USUAL, but of a wider range. */
    WIDE,
    NOT_A_NUMBER,
    INFINITE,
    MINUS_INFINITE,
    /** The largest number there is. */
    LARGEST;

    private static final List<String> WORDS = List.of("", "a", "1", "0", "mlops", "zebra crossing");

    /** Makes one row of every input. */
    Map<String, Value> row(Signature signature, int dynamicSize, Random random) {
        Map<String, Value> row = new LinkedHashMap<>();
        signature.inputs().forEach(spec -> {
            long[] sizes = ((TensorSpec) spec).shape().sizes();
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = i == 0 ? 1 : sizes[i] == Shape.DYNAMIC ? dynamicSize : sizes[i];
            }
            row.put(spec.name(), tensor(((TensorSpec) spec).type(), Shape.of(sizes), random));
        });
        return row;
    }

    /** Makes a row of the same shapes as another one. */
    Map<String, Value> like(Map<String, Value> other, Random random) {
        Map<String, Value> row = new LinkedHashMap<>();
        other.forEach(
                (name, value) -> row.put(name, tensor(((Tensor) value).type(), ((Tensor) value).shape(), random)));
        return row;
    }

    private Tensor tensor(ElementType type, Shape shape, Random random) {
        int count = Math.toIntExact(shape.elementCount());
        if (type == ElementType.STRING) {
            return strings(count, shape, random);
        }
        if (type == ElementType.BOOL) {
            boolean[] values = new boolean[count];
            for (int i = 0; i < count; i++) {
                values[i] = (this == USUAL || this == WIDE) ? random.nextBoolean() : this != ZERO;
            }
            return Tensor.ofBooleans(values, shape.sizes());
        }
        if (type.isInteger()) {
            long[] values = new long[count];
            for (int i = 0; i < count; i++) {
                values[i] = integer(type, i, random);
            }
            return Tensor.ofIntegers(type, values, shape.sizes());
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = number(type, i, random);
        }
        return Tensor.ofFloatingPoint(type, values, shape.sizes());
    }

    private Tensor strings(int count, Shape shape, Random random) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(this == ZERO ? "" : WORDS.get(random.nextInt(WORDS.size())));
        }
        return Tensor.ofStrings(values, shape.sizes());
    }

    private long integer(ElementType type, int index, Random random) {
        int bits = 8 * type.bytes();
        long largest = type.isUnsigned() ? (bits == 64 ? -1L : (1L << bits) - 1) : -1L >>> (65 - bits);
        return switch (this) {
            case USUAL -> random.nextInt(2);
            case WIDE -> random.nextInt(100);
            case LARGE, INFINITE, LARGEST -> largest;
            case SMALL, MINUS_INFINITE -> type.isUnsigned() ? 0 : -largest - 1;
            case SPIKE -> index == 0 ? Math.min(100, largest < 0 ? 100 : largest) : 0;
            case ZERO, NOT_A_NUMBER -> 0;
        };
    }

    private double number(ElementType type, int index, Random random) {
        double far = type == ElementType.FLOAT16 ? 6e4 : 1e6;
        return switch (this) {
            case USUAL -> random.nextGaussian();
            case WIDE -> 100 * random.nextGaussian();
            case LARGE -> far;
            case SMALL -> -far;
            case SPIKE -> index == 0 ? far : index == 1 ? -far : 0;
            case ZERO -> 0;
            case NOT_A_NUMBER -> Double.NaN;
            case INFINITE -> Double.POSITIVE_INFINITY;
            case MINUS_INFINITE -> Double.NEGATIVE_INFINITY;
            case LARGEST -> type == ElementType.FLOAT16 ? 65504 : type == ElementType.FLOAT64 ? 1e308 : 3.3e38;
        };
    }
}
