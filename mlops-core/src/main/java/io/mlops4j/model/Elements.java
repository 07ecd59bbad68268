package io.mlops4j.model;

import java.nio.ByteBuffer;

/** Reads and writes single elements of a tensor's bytes, exactly. */
final class Elements {
    private static final int MAX_FINITE_HALF_EXPONENT = 15;
    private static final int MIN_NORMAL_HALF_EXPONENT = -14;

    private Elements() {}

    static void putInteger(ElementType type, ByteBuffer data, int index, long value) {
        int bits = type.bytes() * Byte.SIZE;
        if (bits < Long.SIZE) {
            long min = type.isUnsigned() ? 0 : -(1L << (bits - 1));
            long max = type.isUnsigned() ? (1L << bits) - 1 : (1L << (bits - 1)) - 1;
            if (value < min || value > max) {
                throw new IllegalArgumentException(
                        "Value " + value + " at index " + index + " is out of range for " + type);
            }
        }
        switch (type.bytes()) {
            case 1 -> data.put(index, (byte) value);
            case 2 -> data.putShort(index * 2, (short) value);
            case 4 -> data.putInt(index * 4, (int) value);
            default -> data.putLong(index * 8, value);
        }
    }

    static long getInteger(ElementType type, ByteBuffer data, int index) {
        boolean unsigned = type.isUnsigned();
        return switch (type.bytes()) {
            case 1 -> unsigned ? Byte.toUnsignedLong(data.get(index)) : data.get(index);
            case 2 -> unsigned ? Short.toUnsignedLong(data.getShort(index * 2)) : data.getShort(index * 2);
            case 4 -> unsigned ? Integer.toUnsignedLong(data.getInt(index * 4)) : data.getInt(index * 4);
            default -> data.getLong(index * 8);
        };
    }

    static void putFloat(ElementType type, ByteBuffer data, int index, double value) {
        switch (type) {
            case FLOAT64 -> data.putDouble(index * 8, value);
            case FLOAT32 -> data.putFloat(index * 4, (float) value);
            case FLOAT16 -> data.putShort(index * 2, toHalf(value));
            case BFLOAT16 -> data.putShort(index * 2, toBfloat16(value));
            default -> throw new IllegalArgumentException("Not a floating-point type: " + type);
        }
    }

    static double getFloat(ElementType type, ByteBuffer data, int index) {
        return switch (type) {
            case FLOAT64 -> data.getDouble(index * 8);
            case FLOAT32 -> data.getFloat(index * 4);
            case FLOAT16 -> fromHalf(data.getShort(index * 2));
            case BFLOAT16 -> Float.intBitsToFloat(data.getShort(index * 2) << 16);
            default -> throw new IllegalArgumentException("Not a floating-point type: " + type);
        };
    }

    /** Every binary16 is a binary64, so this is exact: sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
    static double fromHalf(short half) {
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        double magnitude;
        if (exponent == 0x1f) {
            magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else if (exponent == 0) {
            magnitude = Math.scalb((double) fraction, -24);
        } else {
            magnitude = Math.scalb((double) (fraction | 0x400), exponent - 25);
        }
        return half < 0 ? -magnitude : magnitude;
    }

    /** Rounds once, from binary64 to binary16: scale so that one unit in the last place of the result is 1, then rint. */
    static short toHalf(double value) {
        int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
        double magnitude = Math.abs(value);
        if (Double.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        int exponent = Math.max(Math.getExponent(magnitude), MIN_NORMAL_HALF_EXPONENT);
        if (exponent > MAX_FINITE_HALF_EXPONENT) {
            return (short) (sign | 0x7c00);
        }
        // In 0..2048: 1024 and above is a normal number, 2048 carries into the exponent, and from there to infinity.
        int significand = (int) Math.rint(Math.scalb(magnitude, 10 - exponent));
        int biased = exponent - MIN_NORMAL_HALF_EXPONENT;
        return (short) (sign | ((biased << 10) + significand));
    }

    /** Rounds once, from binary64 to bfloat16, by the same scheme with an 8-bit exponent and 7 bits of fraction. */
    static short toBfloat16(double value) {
        int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
        double magnitude = Math.abs(value);
        if (Double.isNaN(value)) {
            return (short) (sign | 0x7fc0);
        }
        int exponent = Math.max(Math.getExponent(magnitude), Float.MIN_EXPONENT);
        if (exponent > Float.MAX_EXPONENT) {
            return (short) (sign | 0x7f80);
        }
        int significand = (int) Math.rint(Math.scalb(magnitude, 7 - exponent));
        int biased = exponent - Float.MIN_EXPONENT;
        return (short) (sign | ((biased << 7) + significand));
    }
}
