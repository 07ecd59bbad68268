package io.mlops4j.serving;

import io.mlops4j.model.ElementType;
import java.util.Arrays;
import java.util.Optional;

/**
 * A Java type of which a record's component, or an element of it, may be.
 *
 * <p>Immutable.
 */
enum Cell {
    BOOLEAN(boolean.class, 0),
    BYTE(byte.class, 8),
    SHORT(short.class, 16),
    INT(int.class, 32),
    LONG(long.class, 64),
    FLOAT(float.class, 0),
    DOUBLE(double.class, 0),
    TEXT(String.class, 0);

    /** Whole numbers of as many bits are exact. */
    private static final int FLOAT_BITS = 24;

    private static final int DOUBLE_BITS = 53;

    private final Class<?> type;
    private final int bits;

    Cell(Class<?> type, int bits) {
        this.type = type;
        this.bits = bits;
    }

    static Optional<Cell> of(Class<?> type) {
        return Arrays.stream(values()).filter(cell -> cell.type == type).findFirst();
    }

    /** Whether nothing of a value is lost in an element, but for the range of integers, which each value shows. */
    boolean fits(ElementType element) {
        return switch (this) {
            case BOOLEAN -> element == ElementType.BOOL;
            case TEXT -> element == ElementType.STRING;
            case FLOAT -> element == ElementType.FLOAT32 || element == ElementType.FLOAT64;
            case DOUBLE -> element == ElementType.FLOAT64;
            case BYTE, SHORT, INT, LONG ->
                element.isInteger()
                        || (element == ElementType.FLOAT32 && bits <= FLOAT_BITS)
                        || (element == ElementType.FLOAT64 && bits <= DOUBLE_BITS);
        };
    }

    /** Whether it loses nothing of an element's value, but for the range of integers, which each value shows. */
    boolean takes(ElementType element) {
        return switch (this) {
            case BOOLEAN -> element == ElementType.BOOL;
            case TEXT -> element == ElementType.STRING;
            case FLOAT -> element.isFloat() && element != ElementType.FLOAT64;
            case DOUBLE -> element.isFloat();
            case BYTE, SHORT, INT, LONG -> element.isInteger();
        };
    }

    /** Whether a number is in the range of this integer type. */
    boolean holds(long value) {
        return value >> (bits - 1) == value >> (Long.SIZE - 1);
    }

    /** A number as this integer type, which holds it. */
    Object box(long value) {
        return switch (this) {
            case BYTE -> (byte) value;
            case SHORT -> (short) value;
            case INT -> (int) value;
            case LONG -> value;
            default -> throw new IllegalArgumentException("Not an integer type: " + this);
        };
    }
}
