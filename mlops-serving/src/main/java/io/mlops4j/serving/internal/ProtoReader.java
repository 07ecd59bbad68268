package io.mlops4j.serving.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks the fields of one protocol-buffer message in place: {@code while (reader.next()) switch (reader.field())}. It
 * knows only the wire format [1]; every length is checked against the enclosing message, so no input makes it read
 * outside or allocate more than the input's size.
 *
 * <p>[1] https://protobuf.dev/programming-guides/encoding/
 *
 * <p>Confined to one thread at a time.
 */
public final class ProtoReader {
    /** The wire type of numbers. */
    public static final int VARINT = 0;

    /** The wire type of text, bytes, messages and packed numbers. */
    public static final int BYTES = 2;

    private static final int FIXED64 = 1;
    private static final int FIXED32 = 5;
    private static final int MAX_VARINT_SHIFT = 63;

    private final byte[] bytes;
    private final int end;
    private int position;
    private int field;
    private int wireType;
    private long number;
    private int start;

    private ProtoReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    public static ProtoReader of(byte[] bytes) {
        return new ProtoReader(bytes, 0, bytes.length);
    }

    /** Reads the next field whole; false at the end of the message. */
    public boolean next() throws MalformedProtoException {
        if (position == end) {
            return false;
        }
        long tag = varint();
        if (tag < 0 || tag > 0xffffffffL || tag >>> 3 == 0) {
            throw new MalformedProtoException("field tag " + tag + " at byte " + position);
        }
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        start = position;
        switch (wireType) {
            case VARINT -> number = varint();
            case BYTES -> {
                long length = varint();
                start = position;
                skip(length);
            }
            case FIXED64 -> skip(Long.BYTES);
            case FIXED32 -> skip(Integer.BYTES);
            default -> throw new MalformedProtoException("wire type " + wireType + " at byte " + position);
        }
        return true;
    }

    public int field() {
        return field;
    }

    public boolean isBytes() {
        return wireType == BYTES;
    }

    public boolean isVarint() {
        return wireType == VARINT;
    }

    /** The value of a varint field. */
    public long number() {
        return number;
    }

    /** True if the field holds 32 bits. */
    public boolean isFixed32() {
        return wireType == FIXED32;
    }

    /** The value of a 32-bit field as a float. */
    public float decimal() {
        return floatAt(start);
    }

    /** The length of a bytes field. */
    public int length() {
        return position - start;
    }

    /** Copies the packed little-endian floats of a bytes field, whose length must be a multiple of 4. */
    public float[] floats() throws MalformedProtoException {
        if (length() % Float.BYTES != 0) {
            throw new MalformedProtoException(length() + " bytes of packed floats at byte " + start);
        }
        float[] values = new float[length() / Float.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = floatAt(start + i * Float.BYTES);
        }
        return values;
    }

    /** Copies the little-endian 64-bit integers of a bytes field, whose length must be a multiple of 8. */
    public long[] longs() throws MalformedProtoException {
        if (length() % Long.BYTES != 0) {
            throw new MalformedProtoException(length() + " bytes of 64-bit integers at byte " + start);
        }
        long[] values = new long[length() / Long.BYTES];
        ByteBuffer.wrap(bytes, start, length())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .get(values);
        return values;
    }

    /** A reader of the same message from where this one stands. */
    public ProtoReader copy() {
        return new ProtoReader(bytes, position, end);
    }

    private float floatAt(int at) {
        return Float.intBitsToFloat((bytes[at] & 0xff)
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 24);
    }

    /** A reader of the message in a bytes field. */
    public ProtoReader message() {
        return new ProtoReader(bytes, start, position);
    }

    /** The bytes of a bytes field, copied. */
    public byte[] bytes() {
        return Arrays.copyOfRange(bytes, start, position);
    }

    /** The text in a bytes field. */
    public String text() {
        return new String(bytes, start, position - start, StandardCharsets.UTF_8);
    }

    /** True while a packed field of varints has more; read them with {@link #varint()}. */
    public boolean hasMore() {
        return position < end;
    }

    public long varint() throws MalformedProtoException {
        long value = 0;
        for (int shift = 0; shift <= MAX_VARINT_SHIFT; shift += 7) {
            if (position == end) {
                throw new MalformedProtoException("a number is cut off at byte " + position);
            }
            byte b = bytes[position++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedProtoException("a number of more than 10 bytes at byte " + position);
    }

    private void skip(long length) throws MalformedProtoException {
        if (length < 0 || length > end - position) {
            throw new MalformedProtoException("a field of " + Long.toUnsignedString(length) + " bytes at byte "
                    + position + ", where " + (end - position) + " are left");
        }
        position += (int) length;
    }

    /** The bytes are no protocol-buffer message. */
    public static final class MalformedProtoException extends Exception {
        private static final long serialVersionUID = 1L;

        /**
         * States what is wrong.
         *
         * @param message what was seen, and where
         */
        public MalformedProtoException(String message) {
            super(message);
        }
    }
}
