package io.mlops4j.care;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mlops4j.model.Digest;
import java.util.Locale;
import java.util.function.Consumer;

/** Finds everything in some bytes that could be a digest, whatever the bytes mean: any 64 hexadecimal digits in a row. */
final class DigestScan {
    private static final int DIGITS = 64;

    private DigestScan() {}

    static void each(byte[] bytes, Consumer<Digest> visitor) {
        int run = 0;
        for (int i = 0; i < bytes.length; i++) {
            run = isHex(bytes[i]) ? run + 1 : 0;
            if (run >= DIGITS) {
                String hex = new String(bytes, i - DIGITS + 1, DIGITS, ISO_8859_1);
                visitor.accept(new Digest(hex.toLowerCase(Locale.ROOT)));
            }
        }
    }

    private static boolean isHex(byte b) {
        return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
    }
}
