package io.mlops4j.drift;

import io.mlops4j.CorruptionException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Function;
import java.util.zip.CRC32;

/**
 * Reads what {@link ByteWriter} wrote, trusting nothing: the checksum, every length and every count are checked before
 * anything is allocated for them. A checksum guards against accidents, not against malice, so readers check the values
 * too.
 *
 * <p>Confined to one thread at a time.
 */
final class ByteReader {
    private static final int TRAILER = Integer.BYTES;
    private static final int HEADER = 2 * Integer.BYTES;

    private final String what;
    private final ByteBuffer in;

    private ByteReader(String what, ByteBuffer in) {
        this.what = what;
        this.in = in;
    }

    /**
     * Reads all of some bytes.
     *
     * @param what what the bytes should be, for messages: "reference profile"
     * @param body reads the fields; what it leaves over, and any {@link IllegalArgumentException} that a value throws,
     *     is corruption
     */
    static <T> T read(String what, byte[] bytes, int magic, int version, Function<ByteReader, T> body) {
        if (bytes.length < HEADER + TRAILER) {
            throw new CorruptionException("Cannot read " + what + ": " + bytes.length + " bytes, expected "
                    + (HEADER + TRAILER) + " or more");
        }
        int end = bytes.length - TRAILER;
        var reader = new ByteReader(what, ByteBuffer.wrap(bytes, 0, end));
        reader.requireHeader(magic, version);
        var crc = new CRC32();
        crc.update(bytes, 0, end);
        reader.require((int) crc.getValue() == ByteBuffer.wrap(bytes).getInt(end), "its checksum does not hold");
        try {
            T value = body.apply(reader);
            reader.require(!reader.in.hasRemaining(), reader.in.remaining() + " bytes are left over");
            return value;
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new CorruptionException("Cannot read " + what + ": " + reasonOf(e), e);
        }
    }

    private static String reasonOf(RuntimeException e) {
        return e instanceof BufferUnderflowException ? "it ends too early" : String.valueOf(e.getMessage());
    }

    private void requireHeader(int magic, int version) {
        int actualMagic = in.getInt();
        require(
                actualMagic == magic,
                String.format(Locale.ROOT, "it begins with %08x, expected %08x", actualMagic, magic));
        int actualVersion = in.getInt();
        require(actualVersion == version, "it has format version " + actualVersion + ", expected " + version);
    }

    void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new CorruptionException("Cannot read " + what + ": " + otherwise);
        }
    }

    int nextInt() {
        return in.getInt();
    }

    /** A number of things that follow, each of at least some bytes, so that no more is allocated than can be there. */
    int nextCount(String of, int bytesEach, int most) {
        int count = in.getInt();
        require(
                count >= 0 && count <= most && (long) count * bytesEach <= in.remaining(),
                "it announces " + count + " " + of + " in " + in.remaining() + " bytes, expected at most " + most);
        return count;
    }

    long nextLong() {
        return in.getLong();
    }

    double nextDouble() {
        return Double.longBitsToDouble(in.getLong());
    }

    String nextText() {
        var raw = ByteBuffer.wrap(nextBytes());
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(raw).toString();
        } catch (CharacterCodingException e) {
            throw new CorruptionException("Cannot read " + what + ": a text is not UTF-8", e);
        }
    }

    byte[] nextBytes() {
        byte[] value = new byte[nextCount("bytes", 1, Integer.MAX_VALUE)];
        in.get(value);
        return value;
    }
}
