package io.mlops4j.signing;

import io.mlops4j.RejectedInputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The textual encoding of keys (RFC 7468), read strictly: one label, lines of at most 64 characters, nothing before,
 * between or after the blocks but empty lines. Messages never quote what was read, as it may be a private key.
 */
final class Pem {
    private static final int MAX_TEXT = 1 << 16;
    private static final int LINE = 64;
    private static final Base64.Encoder ENCODER = Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII));

    private Pem() {}

    /** Writes one block, ending with a line feed. */
    static String write(String label, byte[] der) {
        return begin(label) + '\n' + ENCODER.encodeToString(der) + '\n' + end(label) + '\n';
    }

    /**
     * Reads the only block of a text.
     *
     * @throws RejectedInputException if there is not exactly one
     */
    static byte[] readOne(String what, String label, String text) {
        List<byte[]> blocks = read(what, label, text);
        if (blocks.size() != 1) {
            throw new RejectedInputException(
                    "Cannot read " + what + ": it holds " + blocks.size() + " keys, expected 1");
        }
        return blocks.get(0);
    }

    /**
     * Reads all blocks of a text.
     *
     * @throws RejectedInputException if there is anything else in it
     */
    static List<byte[]> read(String what, String label, String text) {
        if (text.length() > MAX_TEXT) {
            throw new RejectedInputException(
                    "Cannot read " + what + ": it has " + text.length() + " characters, expected at most " + MAX_TEXT);
        }
        String[] lines = text.split("\r?\n", -1);
        List<byte[]> blocks = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].isEmpty()) {
                continue;
            }
            if (!lines[i].equals(begin(label))) {
                throw new RejectedInputException(
                        "Cannot read " + what + ": line " + (i + 1) + " is not " + begin(label) + hint(lines[i]));
            }
            int end = Arrays.asList(lines).subList(i, lines.length).indexOf(end(label));
            if (end < 0) {
                throw new RejectedInputException("Cannot read " + what + ": there is no " + end(label));
            }
            blocks.add(decode(what, Arrays.copyOfRange(lines, i + 1, i + end)));
            i += end;
        }
        return blocks;
    }

    private static byte[] decode(String what, String[] lines) {
        for (String line : lines) {
            if (line.isEmpty() || line.length() > LINE) {
                throw new RejectedInputException(
                        "Cannot read " + what + ": a line has " + line.length() + " characters, expected 1 to " + LINE);
            }
        }
        return StrictBase64.decode(String.join("", lines))
                .orElseThrow(() -> new RejectedInputException("Cannot read " + what + ": it is no base64"));
    }

    private static String hint(String line) {
        return line.equals("-----BEGIN EC PRIVATE KEY-----") || line.equals("-----BEGIN ENCRYPTED PRIVATE KEY-----")
                ? "; convert it with: openssl pkcs8 -topk8 -nocrypt"
                : "";
    }

    private static String begin(String label) {
        return "-----BEGIN " + label + "-----";
    }

    private static String end(String label) {
        return "-----END " + label + "-----";
    }
}
