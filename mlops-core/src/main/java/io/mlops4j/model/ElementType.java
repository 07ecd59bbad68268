package io.mlops4j.model;

/**
 * The element type of a tensor: every dense type that ONNX tensors have in common use.
 *
 * <p>Immutable.
 */
public enum ElementType {
    /** One byte, 0 or 1. */
    BOOL(Kind.LOGICAL, 1),
    /** Signed 8-bit integer. */
    INT8(Kind.SIGNED, 1),
    /** Signed 16-bit integer. */
    INT16(Kind.SIGNED, 2),
    /** Signed 32-bit integer. */
    INT32(Kind.SIGNED, 4),
    /** Signed 64-bit integer. */
    INT64(Kind.SIGNED, 8),
    /** Unsigned 8-bit integer. */
    UINT8(Kind.UNSIGNED, 1),
    /** Unsigned 16-bit integer. */
    UINT16(Kind.UNSIGNED, 2),
    /** Unsigned 32-bit integer. */
    UINT32(Kind.UNSIGNED, 4),
    /** Unsigned 64-bit integer. */
    UINT64(Kind.UNSIGNED, 8),
    /** IEEE 754 binary16. */
    FLOAT16(Kind.FLOATING, 2),
    /** bfloat16: the upper half of a binary32. */
    BFLOAT16(Kind.FLOATING, 2),
    /** IEEE 754 binary32. */
    FLOAT32(Kind.FLOATING, 4),
    /** IEEE 754 binary64. */
    FLOAT64(Kind.FLOATING, 8),
    /** Unicode text of any length. */
    STRING(Kind.TEXT, 0);

    private enum Kind {
        LOGICAL,
        SIGNED,
        UNSIGNED,
        FLOATING,
        TEXT
    }

    private final Kind kind;
    private final int bytes;

    ElementType(Kind kind, int bytes) {
        this.kind = kind;
        this.bytes = bytes;
    }

    /**
     * The width of one element.
     *
     * @return bytes an element; 0 for {@link #STRING}, whose elements have no fixed width
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Whether the type is a signed or unsigned integer.
     *
     * @return true for {@code INT*} and {@code UINT*}
     */
    public boolean isInteger() {
        return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
    }

    /**
     * Whether the type is an unsigned integer.
     *
     * @return true for {@code UINT*}
     */
    public boolean isUnsigned() {
        return kind == Kind.UNSIGNED;
    }

    /**
     * Whether the type is a floating-point type.
     *
     * @return true for {@code FLOAT*} and {@code BFLOAT16}
     */
    public boolean isFloat() {
        return kind == Kind.FLOATING;
    }
}
