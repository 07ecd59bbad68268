package io.mlops4j.signing;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * An ECDSA signature in its one DER form (X9.62): {@code SEQUENCE { INTEGER r, INTEGER s }} with lengths and integers as
 * short as they can be, nothing behind, and 0 &lt; r, s &lt; the curve's order. Platforms differ in what else they take,
 * and one took zeros (CVE-2022-21449); so no other form gets as far as the platform. Both s and order − s are accepted,
 * as the format's reference signs with either.
 */
final class DerSignature {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    /** Where a length goes on into a second byte, and that byte's mark. */
    private static final int LONG_FORM = 0x80;

    private static final int ONE_MORE_BYTE = 0x81;

    private final byte[] bytes;
    private int at;

    private DerSignature(byte[] bytes) {
        this.bytes = bytes;
    }

    static boolean isCanonical(byte[] signature, BigInteger order) {
        var reader = new DerSignature(signature);
        Optional<Integer> length = reader.open(SEQUENCE);
        return length.isPresent()
                && length.get() == signature.length - reader.at
                && reader.nextIsBelow(order)
                && reader.nextIsBelow(order)
                && reader.at == signature.length;
    }

    /** Reads a tag and a length, which lies within the bytes. */
    private Optional<Integer> open(int tag) {
        if (next() != tag) {
            return Optional.empty();
        }
        int length = next();
        if (length == ONE_MORE_BYTE) {
            length = next();
            if (length < LONG_FORM) {
                return Optional.empty();
            }
        } else if (length >= LONG_FORM) {
            return Optional.empty();
        }
        return length < 0 || length > bytes.length - at ? Optional.empty() : Optional.of(length);
    }

    private boolean nextIsBelow(BigInteger order) {
        Optional<Integer> length = open(INTEGER);
        if (length.isEmpty() || length.get() == 0) {
            return false;
        }
        byte[] content = Arrays.copyOfRange(bytes, at, at + length.get());
        at += content.length;
        var value = new BigInteger(content);
        return value.signum() > 0 && value.compareTo(order) < 0 && Arrays.equals(value.toByteArray(), content);
    }

    /** The next byte, or −1 at the end. */
    private int next() {
        return at < bytes.length ? bytes[at++] & 0xff : -1;
    }
}
