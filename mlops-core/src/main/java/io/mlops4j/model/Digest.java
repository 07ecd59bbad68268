package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest: the identity of some bytes.
 *
 * <p>Immutable.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Digest(String hex) implements Comparable<Digest> {
    private static final int HEX_LENGTH = 64;
    private static final int BUFFER = 1 << 16;
    private static final String PREFIX = "sha256:";

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if it is not 64 lower-case hexadecimal digits
     */
    public Digest {
        requireNonNull(hex, "hex");
        boolean ok = hex.length() == HEX_LENGTH
                && hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
        if (!ok) {
            throw new IllegalArgumentException(
                    "Invalid SHA-256 digest " + Text.quote(hex) + ": expected 64 lower-case hexadecimal digits");
        }
    }

    /**
     * Digests some bytes.
     *
     * @param bytes the bytes
     * @return their SHA-256
     */
    public static Digest of(byte[] bytes) {
        return ofSum(sha256().digest(bytes));
    }

    /**
     * Digests a stream to its end; the stream stays open.
     *
     * @param in the stream
     * @return the SHA-256 of all that was left in it
     * @throws IOException if reading fails
     */
    public static Digest of(InputStream in) throws IOException {
        MessageDigest sha = sha256();
        byte[] buffer = new byte[BUFFER];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            sha.update(buffer, 0, n);
        }
        return of(sha);
    }

    /**
     * Finishes a running SHA-256.
     *
     * @param sha a message digest from {@link #sha256()}; it is reset
     * @return the digest of what was fed to it
     */
    public static Digest of(MessageDigest sha) {
        return ofSum(sha.digest());
    }

    /**
     * Parses the form {@code sha256:<64 digits>} that {@link #toString()} writes.
     *
     * @param text the text
     * @return the digest
     * @throws IllegalArgumentException if the text has another form
     */
    public static Digest parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("Invalid digest " + Text.quote(text) + ": expected " + PREFIX + "…");
        }
        return new Digest(text.substring(PREFIX.length()));
    }

    /**
     * Starts a SHA-256 to be fed piecemeal.
     *
     * @return a new message digest
     */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must offer SHA-256; this one does not", e);
        }
    }

    private static Digest ofSum(byte[] sum) {
        return new Digest(HexFormat.of().formatHex(sum));
    }

    /**
     * The first twelve digits, for people.
     *
     * @return a short form, not unique
     */
    public String shortHex() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
