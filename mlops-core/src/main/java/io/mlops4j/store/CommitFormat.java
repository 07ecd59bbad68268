package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The bytes of a commit: one line of JSON, the header, and then the event as it is.
 *
 * <p>The last field of the header is {@code sum}, the SHA-256 of the same bytes without that field. A commit's hash
 * vouches for it only once another commit follows; the sum finds a torn or flipped byte in the newest commit too. The
 * first commits ever written had no sum. They are still read, if their header is, byte for byte, what was written then:
 * so a sum whose name is damaged is not taken for none. It is no defence against people, who can write a new one.
 */
final class CommitFormat {
    static final int SCHEMA = 1;
    static final int MAX_COMMIT = 16 << 20;
    private static final byte[] SUM = ",\"sum\":\"sha256:".getBytes(US_ASCII);
    private static final byte[] END = "\"}".getBytes(US_ASCII);
    private static final int HEX = 64;
    private static final int SUM_FIELD = SUM.length + HEX + END.length;

    private CommitFormat() {}

    static byte[] encode(Commit.Header header, byte[] event) {
        byte[] line = Json.write(header);
        int fields = line.length - 1;
        var body = new ByteArrayOutputStream(fields + SUM_FIELD + 1 + event.length);
        body.write(line, 0, fields);
        body.writeBytes(SUM);
        body.writeBytes(sum(line, fields, event, 0).hex().getBytes(US_ASCII));
        body.writeBytes(END);
        body.write('\n');
        body.writeBytes(event);
        if (body.size() > MAX_COMMIT) {
            throw new IllegalArgumentException(
                    "Cannot append an event of " + event.length + " bytes: a commit holds at most " + MAX_COMMIT);
        }
        return body.toByteArray();
    }

    /** The sum of the header's fields up to one place, closed by a brace, a line feed, and the event. */
    private static Digest sum(byte[] header, int fields, byte[] event, int eventStart) {
        MessageDigest sha = Digest.sha256();
        sha.update(header, 0, fields);
        sha.update((byte) '}');
        sha.update((byte) '\n');
        sha.update(event, eventStart, event.length - eventStart);
        return Digest.of(sha);
    }

    static Commit decode(String what, long number, byte[] body) {
        int line = 0;
        while (line < body.length && body[line] != '\n') {
            line++;
        }
        if (line == body.length) {
            throw new CorruptionException("Cannot read " + what + ": it has no header line");
        }
        boolean summed = isSummed(what, body, line);
        byte[] text = Arrays.copyOf(body, line);
        var header = Json.read(what, text, Commit.Header.class);
        if (header.schema() != SCHEMA) {
            throw new CorruptionException("Cannot read " + what + ": it has schema " + header.schema()
                    + ", this version reads schema " + SCHEMA);
        }
        if (!summed && !Arrays.equals(text, Json.write(header))) {
            throw new CorruptionException("Cannot read " + what + ": its header has no checksum, and is damaged");
        }
        if (header.number() != number) {
            throw new CorruptionException("Cannot read " + what + ": it says it is commit " + header.number());
        }
        return new Commit(header, Arrays.copyOfRange(body, line + 1, body.length), Digest.of(body));
    }

    private static boolean isSummed(String what, byte[] body, int line) {
        int fields = line - SUM_FIELD;
        if (fields < 0 || !matches(body, fields, SUM) || !matches(body, line - END.length, END)) {
            return false;
        }
        byte[] said = Arrays.copyOfRange(body, fields + SUM.length, line - END.length);
        byte[] found = sum(body, fields, body, line + 1).hex().getBytes(US_ASCII);
        if (!Arrays.equals(said, found)) {
            throw new CorruptionException("Cannot read " + what + ": its bytes do not match its checksum");
        }
        return true;
    }

    private static boolean matches(byte[] bytes, int at, byte[] expected) {
        return Arrays.equals(bytes, at, at + expected.length, expected, 0, expected.length);
    }
}
