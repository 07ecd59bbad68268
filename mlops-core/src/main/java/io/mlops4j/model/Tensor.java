package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A dense tensor of any {@link ElementType}, row-major. Numbers are kept as the bytes that a native runtime reads, in
 * the platform's byte order; text as Java strings.
 *
 * <p>Factories copy what they are given and check it against the type: a value that the type cannot hold is an
 * {@link IllegalArgumentException}, never a silent wrap. Readers widen ({@code FLOAT16} to {@code float}, {@code UINT8}
 * to {@code long}) but never narrow. Reading the elements costs one copy; {@link #data()} costs none.
 *
 * <pre>{@code
 * Tensor row = Tensor.ofFloats(new float[] {0.5f, 1.5f}, 1, 2);        // FLOAT32[1, 2]
 * Tensor bytes = Tensor.ofIntegers(ElementType.UINT8, new long[] {200}, 1);
 * }</pre>
 *
 * <p>Immutable.
 */
public final class Tensor implements Value {
    private static final int SHOWN = 8;

    private final ElementType type;
    private final Shape shape;
    private final ByteBuffer data;
    private final @Nullable List<String> strings;

    private Tensor(ElementType type, Shape shape, ByteBuffer data, @Nullable List<String> strings) {
        this.type = type;
        this.shape = shape;
        this.data = data;
        this.strings = strings;
    }

    /**
     * Makes a {@code FLOAT32} tensor.
     *
     * @param values row-major elements; copied
     * @param sizes the shape; its product must be {@code values.length}
     * @return the tensor
     * @throws IllegalArgumentException if shape and number of values disagree
     */
    public static Tensor ofFloats(float[] values, long... sizes) {
        Shape shape = shapeOf(values.length, sizes);
        ByteBuffer data = allocate(values.length, ElementType.FLOAT32);
        data.asFloatBuffer().put(values);
        return new Tensor(ElementType.FLOAT32, shape, data, null);
    }

    /**
     * Makes a {@code FLOAT32} matrix of some rows.
     *
     * @param rows the rows, all of one length; copied
     * @return a tensor of shape [rows, columns]
     * @throws IllegalArgumentException if the rows differ in length
     */
    public static Tensor ofRows(float[]... rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        ByteBuffer data = allocate(Math.multiplyExact(rows.length, columns), ElementType.FLOAT32);
        var floats = data.asFloatBuffer();
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new IllegalArgumentException(
                        "Row " + i + " has " + rows[i].length + " values, expected " + columns + " as in row 0");
            }
            floats.put(rows[i]);
        }
        return new Tensor(ElementType.FLOAT32, Shape.of(rows.length, columns), data, null);
    }

    /**
     * Makes a {@code FLOAT64} tensor.
     *
     * @param values row-major elements; copied
     * @param sizes the shape; its product must be {@code values.length}
     * @return the tensor
     * @throws IllegalArgumentException if shape and number of values disagree
     */
    public static Tensor ofDoubles(double[] values, long... sizes) {
        Shape shape = shapeOf(values.length, sizes);
        ByteBuffer data = allocate(values.length, ElementType.FLOAT64);
        data.asDoubleBuffer().put(values);
        return new Tensor(ElementType.FLOAT64, shape, data, null);
    }

    /**
     * Makes an {@code INT64} tensor.
     *
     * @param values row-major elements; copied
     * @param sizes the shape; its product must be {@code values.length}
     * @return the tensor
     * @throws IllegalArgumentException if shape and number of values disagree
     */
    public static Tensor ofLongs(long[] values, long... sizes) {
        return ofIntegers(ElementType.INT64, values, sizes);
    }

    /**
     * Makes a tensor of any integer type.
     *
     * @param type an integer type
     * @param values row-major elements, each within the type's range; for {@code UINT64} the 64 bits are taken as
     *     unsigned; copied
     * @param sizes the shape; its product must be {@code values.length}
     * @return the tensor
     * @throws IllegalArgumentException if the type is no integer, a value is out of range, or shape and number of
     *     values disagree
     */
    public static Tensor ofIntegers(ElementType type, long[] values, long... sizes) {
        if (!type.isInteger()) {
            throw new IllegalArgumentException("Invalid element type " + type + ": expected an integer type");
        }
        Shape shape = shapeOf(values.length, sizes);
        ByteBuffer data = allocate(values.length, type);
        for (int i = 0; i < values.length; i++) {
            Elements.putInteger(type, data, i, values[i]);
        }
        return new Tensor(type, shape, data, null);
    }

    /**
     * Makes a tensor of any floating-point type, rounding to nearest, ties to even.
     *
     * @param type a floating-point type
     * @param values row-major elements; copied
     * @param sizes the shape; its product must be {@code values.length}
     * @return the tensor
     * @throws IllegalArgumentException if the type is no floating-point type, or shape and number of values disagree
     */
    public static Tensor ofFloatingPoint(ElementType type, double[] values, long... sizes) {
        if (!type.isFloat()) {
            throw new IllegalArgumentException("Invalid element type " + type + ": expected a floating-point type");
        }
        Shape shape = shapeOf(values.length, sizes);
        ByteBuffer data = allocate(values.length, type);
        for (int i = 0; i < values.length; i++) {
            Elements.putFloat(type, data, i, values[i]);
        }
        return new Tensor(type, shape, data, null);
    }

    /**
     * Makes a {@code BOOL} tensor.
     *
     * @param values row-major elements; copied
     * @param sizes the shape; its product must be {@code values.length}
     * @return the tensor
     * @throws IllegalArgumentException if shape and number of values disagree
     */
    public static Tensor ofBooleans(boolean[] values, long... sizes) {
        Shape shape = shapeOf(values.length, sizes);
        ByteBuffer data = allocate(values.length, ElementType.BOOL);
        for (int i = 0; i < values.length; i++) {
            data.put(i, (byte) (values[i] ? 1 : 0));
        }
        return new Tensor(ElementType.BOOL, shape, data, null);
    }

    /**
     * Makes a {@code STRING} tensor.
     *
     * @param values row-major elements; copied
     * @param sizes the shape; its product must be {@code values.size()}
     * @return the tensor
     * @throws IllegalArgumentException if shape and number of values disagree
     */
    public static Tensor ofStrings(List<String> values, long... sizes) {
        List<String> copy = List.copyOf(values);
        return new Tensor(ElementType.STRING, shapeOf(copy.size(), sizes), ByteBuffer.allocate(0), copy);
    }

    /**
     * Makes a tensor from the bytes that {@link #data()} gives: elements in the platform's byte order.
     *
     * @param type any type but {@code STRING}
     * @param data the elements from position to limit; copied, position and limit stay as they are
     * @param shape the shape; must be concrete and match the number of bytes
     * @return the tensor
     * @throws IllegalArgumentException if the type is {@code STRING}, the shape is dynamic, or it does not match
     */
    public static Tensor ofData(ElementType type, ByteBuffer data, Shape shape) {
        requireNonNull(data, "data");
        if (type == ElementType.STRING || !shape.isConcrete()) {
            throw new IllegalArgumentException(
                    "Cannot make a tensor " + type + shape + " from bytes: expected a numeric type and a known shape");
        }
        if (shape.elementCount() > Integer.MAX_VALUE || data.remaining() != shape.elementCount() * type.bytes()) {
            throw new IllegalArgumentException("Tensor " + type + shape + " got " + data.remaining()
                    + " bytes, expected " + type.bytes() + " an element");
        }
        ByteBuffer copy = ByteBuffer.allocate(data.remaining()).order(ByteOrder.nativeOrder());
        copy.put(data.duplicate()).flip();
        return new Tensor(type, shape, copy, null);
    }

    private static Shape shapeOf(int count, long... sizes) {
        Shape shape = Shape.of(sizes);
        if (!shape.isConcrete() || shape.elementCount() != count) {
            throw new IllegalArgumentException("Shape " + shape + " does not match " + count + " values");
        }
        return shape;
    }

    private static ByteBuffer allocate(int count, ElementType type) {
        return ByteBuffer.allocate(Math.multiplyExact(count, type.bytes())).order(ByteOrder.nativeOrder());
    }

    /**
     * The element type.
     *
     * @return never null
     */
    public ElementType type() {
        return type;
    }

    /**
     * The shape.
     *
     * @return always concrete
     */
    public Shape shape() {
        return shape;
    }

    /**
     * The number of elements.
     *
     * @return the product of the shape's sizes
     */
    public int elementCount() {
        return strings != null ? strings.size() : data.capacity() / type.bytes();
    }

    /**
     * The elements' bytes, without a copy.
     *
     * @return a read-only view in native byte order, from position 0; empty for {@code STRING}
     */
    public ByteBuffer data() {
        return data.asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    /**
     * The elements as {@code float}s.
     *
     * @return a new array, row-major
     * @throws IllegalStateException unless the type is {@code FLOAT32}, {@code FLOAT16} or {@code BFLOAT16}
     */
    public float[] floats() {
        require(type.isFloat() && type != ElementType.FLOAT64, "floats");
        float[] out = new float[elementCount()];
        if (type == ElementType.FLOAT32) {
            data().asFloatBuffer().get(out);
            return out;
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) Elements.getFloat(type, data, i);
        }
        return out;
    }

    /**
     * The elements as {@code double}s.
     *
     * @return a new array, row-major
     * @throws IllegalStateException unless the type is a floating-point type
     */
    public double[] doubles() {
        require(type.isFloat(), "doubles");
        double[] out = new double[elementCount()];
        for (int i = 0; i < out.length; i++) {
            out[i] = Elements.getFloat(type, data, i);
        }
        return out;
    }

    /**
     * The elements as {@code long}s; unsigned types are read as unsigned.
     *
     * @return a new array, row-major; a {@code UINT64} beyond {@link Long#MAX_VALUE} appears as its 64 bits, to be read
     *     with {@link Long#toUnsignedString(long)} and its kin
     * @throws IllegalStateException unless the type is an integer type
     */
    public long[] longs() {
        require(type.isInteger(), "longs");
        long[] out = new long[elementCount()];
        for (int i = 0; i < out.length; i++) {
            out[i] = Elements.getInteger(type, data, i);
        }
        return out;
    }

    /**
     * The elements as {@code boolean}s.
     *
     * @return a new array, row-major
     * @throws IllegalStateException unless the type is {@code BOOL}
     */
    public boolean[] booleans() {
        require(type == ElementType.BOOL, "booleans");
        boolean[] out = new boolean[elementCount()];
        for (int i = 0; i < out.length; i++) {
            out[i] = data.get(i) != 0;
        }
        return out;
    }

    /**
     * The elements as text.
     *
     * @return an unmodifiable list, row-major
     * @throws IllegalStateException unless the type is {@code STRING}
     */
    public List<String> strings() {
        if (strings == null) {
            throw new IllegalStateException("Cannot read " + this + " as strings");
        }
        return strings;
    }

    private void require(boolean readable, String as) {
        if (!readable) {
            throw new IllegalStateException("Cannot read " + this + " as " + as);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor that
                && type == that.type
                && shape.equals(that.shape)
                && data().equals(that.data())
                && Objects.equals(strings, that.strings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, shape, data(), strings);
    }

    /** Writes type and shape, and the elements if they are few. */
    @Override
    public String toString() {
        String head = type.toString() + shape;
        if (elementCount() > SHOWN || strings != null) {
            return head;
        }
        if (type == ElementType.BOOL) {
            return head + Arrays.toString(booleans());
        }
        return head + (type.isInteger() ? Arrays.toString(longs()) : Arrays.toString(doubles()));
    }
}
