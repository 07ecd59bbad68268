package io.mlops4j.signing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** Base64 of the standard alphabet (RFC 4648, 4) in its one canonical form: padded, and no bits left over. */
final class StrictBase64 {
    private StrictBase64() {}

    /** The bytes, or empty if the text is not exactly what {@link #encode} gives for any bytes. */
    static Optional<byte[]> decode(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        try {
            byte[] bytes = Base64.getDecoder().decode(encoded);
            return Arrays.equals(Base64.getEncoder().encode(bytes), encoded) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
