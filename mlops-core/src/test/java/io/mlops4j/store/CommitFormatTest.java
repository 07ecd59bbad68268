package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.CorruptionException;
import io.mlops4j.model.Digest;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CommitFormatTest {
    private static final Commit.Header HEADER = new Commit.Header(
            1,
            1,
            "adc5c7190596dd34842124d8",
            7,
            Instant.parse("2026-11-21T10:00:00Z"),
            CommitLog.Position.START.hash());
    private static final String LINE =
            "{\"schema\":1,\"number\":1,\"writer\":\"adc5c7190596dd34842124d8\",\"attempt\":7,"
                    + "\"time\":\"2026-11-21T10:00:00Z\",\"previous\":\"sha256:" + "0".repeat(64) + "\"}";

    @Test
    void encode_isTheFormatThatIsWrittenToday() {
        byte[] body = CommitFormat.encode(HEADER, bytes("{\"event\":\"queued\"}"));

        // The sum is that of LINE, a line feed and the event, by sha256sum.
        assertThat(new String(body, UTF_8))
                .isEqualTo(LINE.replaceFirst(
                                "}$",
                                ",\"sum\":\"sha256:c6546e9f7893df2bb369b648b9f13d7c0275d00ffc5678aa6e0adc697fd447ea\"}\n")
                        + "{\"event\":\"queued\"}");
        assertThat(decode(body).event()).isEqualTo(bytes("{\"event\":\"queued\"}"));
    }

    @Test
    void decode_anyBitFlippedOrAnyByteReplaced_isCorruption() {
        for (String event : new String[] {"{\"event\":\"queued\"}", "", "\n", "\n\n{}", "a\nb"}) {
            byte[] body = CommitFormat.encode(HEADER, bytes(event));
            for (int at = 0; at < body.length; at++) {
                for (int flip : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
                    byte[] broken = body.clone();
                    broken[at] ^= (byte) flip;
                    assertCorrupt(broken, "byte " + at + " ^ " + flip + " of an event of " + event.length());
                }
            }
        }
    }

    @Test
    void decode_tornOrLengthened_isCorruption() {
        byte[] body = CommitFormat.encode(HEADER, bytes("{\"event\":\"queued\"}"));
        for (int length = 0; length < body.length; length++) {
            assertCorrupt(Arrays.copyOf(body, length), "the first " + length + " bytes");
            byte[] zeros = Arrays.copyOf(Arrays.copyOf(body, length), body.length);
            assertCorrupt(zeros, "zeros from byte " + length);
        }
        assertCorrupt(Arrays.copyOf(body, body.length + 1), "a zero at the end");
    }

    @Test
    void decode_commitFromBeforeTheSum_isRead() {
        byte[] old = bytes(LINE + "\n{}");

        Commit commit = decode(old);

        assertThat(commit.header()).isEqualTo(HEADER);
        assertThat(commit.previous()).isEqualTo(CommitLog.Position.START.hash());
        assertCorrupt(bytes(LINE.replace("\"attempt\"", "\"attemqt\"") + "\n{}"), "a damaged name");
        assertCorrupt(
                bytes(LINE.replaceFirst("}$", ",\"sun\":\"sha256:" + "0".repeat(64) + "\"}\n{}")), "a damaged sum");
    }

    @Test
    void decode_fieldOfANewerVersionUnderTheSum_isPassedOver() {
        byte[] today = CommitFormat.encode(HEADER, bytes("{}"));
        String line = LINE.replaceFirst("}$", ",\"mood\":\"fine\"}");
        String sum = Digest.of(bytes(line + "\n{}")).toString();
        byte[] newer = bytes(line.replaceFirst("}$", ",\"sum\":\"" + sum + "\"}") + "\n{}");

        assertThat(decode(newer).header()).isEqualTo(decode(today).header());
    }

    private static Commit decode(byte[] body) {
        return CommitFormat.decode("commit", 1, body);
    }

    private static void assertCorrupt(byte[] body, String as) {
        assertThatThrownBy(() -> decode(body)).as(as).isInstanceOf(CorruptionException.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
