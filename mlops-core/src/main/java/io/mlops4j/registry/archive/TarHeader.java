package io.mlops4j.registry.archive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The one header block that an archive has for a regular file of some name and size: POSIX ustar, owner 0, mode 0644,
 * time 0. A size of 8 GiB or more, which eleven octal digits cannot hold, is written in base 256, as GNU tar, bsdtar and
 * Python read it.
 */
final class TarHeader {
    /** Headers, and the content that follows them, are padded to a multiple of this. */
    static final int BLOCK = 512;

    /** What ends an archive: two blocks of zeros. */
    static final int END = 2 * BLOCK;

    private static final int NAME_LENGTH = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int SUM_AT = 148;
    private static final int SUM_LENGTH = 8;
    private static final long OCTAL_LIMIT = 1L << 33;

    private TarHeader() {}

    static byte[] of(String name, long size) {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length >= NAME_LENGTH || size < 0) {
            throw new IllegalArgumentException("No archive has a file " + name + " of " + size + " bytes");
        }
        ByteBuffer header = ByteBuffer.allocate(BLOCK);
        header.put(ascii);
        octal(header, 100, 7, 0644);
        octal(header, 108, 7, 0); // owner
        octal(header, 116, 7, 0); // group
        header.position(SIZE_AT).put(size(size));
        octal(header, 136, 11, 0); // time
        put(header, SUM_AT, " ".repeat(SUM_LENGTH)); // counts as spaces in the sum
        put(header, 156, "0"); // a regular file
        put(header, 257, "ustar");
        put(header, 263, "00");
        octal(header, 329, 7, 0); // device
        octal(header, 337, 7, 0);
        int sum = 0;
        for (byte b : header.array()) {
            sum += b & 0xff;
        }
        octal(header, SUM_AT, 6, sum);
        header.put(SUM_AT + 6, (byte) 0);
        return header.array();
    }

    private static void put(ByteBuffer header, int at, String text) {
        header.position(at).put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void octal(ByteBuffer header, int at, int digits, int value) {
        put(header, at, String.format(Locale.ROOT, "%0" + digits + "o", value));
    }

    private static byte[] size(long size) {
        if (size < OCTAL_LIMIT) {
            return String.format(Locale.ROOT, "%011o\0", size).getBytes(StandardCharsets.US_ASCII);
        }
        ByteBuffer binary = ByteBuffer.allocate(SIZE_LENGTH);
        binary.put((byte) 0x80).position(SIZE_LENGTH - Long.BYTES).putLong(size);
        return binary.array();
    }

    /** The size that a header declares, if it is the header of a file of this name. */
    static OptionalLong size(String name, byte[] header) {
        String octal = new String(header, SIZE_AT, SIZE_LENGTH - 1, StandardCharsets.US_ASCII);
        if (!octal.chars().allMatch(c -> c >= '0' && c <= '7')) {
            return OptionalLong.empty();
        }
        long size = Long.parseLong(octal, 8);
        return Arrays.equals(of(name, size), header) ? OptionalLong.of(size) : OptionalLong.empty();
    }

    /** A file's content with its padding. */
    static long padded(long size) {
        return Math.addExact(size, BLOCK - 1) / BLOCK * BLOCK;
    }
}
