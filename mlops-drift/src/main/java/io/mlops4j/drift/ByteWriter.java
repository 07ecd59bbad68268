package io.mlops4j.drift;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Writes a saved state: magic, format version, fields in big-endian order, and a CRC-32 of all of it. Equal fields give
 * equal bytes.
 *
 * <p>Confined to one thread at a time.
 */
final class ByteWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    ByteWriter(int magic, int version) {
        putInt(magic);
        putInt(version);
    }

    void putInt(int value) {
        try {
            out.writeInt(value);
        } catch (IOException e) {
            throw inMemory(e);
        }
    }

    void putLong(long value) {
        try {
            out.writeLong(value);
        } catch (IOException e) {
            throw inMemory(e);
        }
    }

    void putDouble(double value) {
        putLong(Double.doubleToLongBits(value));
    }

    void putText(String text) {
        putBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void putBytes(byte[] value) {
        putInt(value.length);
        bytes.writeBytes(value);
    }

    /** The whole, with its checksum behind it. */
    byte[] sealed() {
        var crc = new CRC32();
        crc.update(bytes.toByteArray());
        putInt((int) crc.getValue());
        return bytes.toByteArray();
    }

    private static UncheckedIOException inMemory(IOException e) {
        return new UncheckedIOException("Writing to memory must not fail", e);
    }
}
