package io.mlops4j.serving.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Writes the wire format of protocol buffers, as much as ONNX models need.
 *
 * <p>Confined to one thread at a time.
 */
public final class ProtoWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Begins an empty message. */
    public ProtoWriter() {}

    /** An integer, an enumeration or a truth value. */
    public ProtoWriter number(int field, long value) {
        varint((long) field << 3);
        varint(value);
        return this;
    }

    /** A single-precision number. */
    public ProtoWriter decimal(int field, float value) {
        varint((long) field << 3 | 5);
        out.writeBytes(floats(value));
        return this;
    }

    /** Bytes, or a message that is written already. */
    public ProtoWriter bytes(int field, byte[] value) {
        varint((long) field << 3 | 2);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    /** Text, as UTF-8. */
    public ProtoWriter text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A message within this one. */
    public ProtoWriter message(int field, Consumer<ProtoWriter> content) {
        var nested = new ProtoWriter();
        content.accept(nested);
        return bytes(field, nested.toByteArray());
    }

    /** Integers, packed. */
    public ProtoWriter numbers(int field, long... values) {
        var packed = new ProtoWriter();
        for (long value : values) {
            packed.varint(value);
        }
        return bytes(field, packed.toByteArray());
    }

    /** Single-precision numbers, packed. */
    public ProtoWriter decimals(int field, float... values) {
        return bytes(field, floats(values));
    }

    /** The bytes of single-precision numbers, little-endian. */
    public static byte[] floats(float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value);
        }
        return data.array();
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** What was written. */
    public byte[] toByteArray() {
        return out.toByteArray();
    }
}
