package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The facts of a registry as one piece of bytes: a line that names the format, then two lines a fact, its commit's
 * number and time, and its event as the log has it.
 */
final class RegistryCheckpoint {
    private static final String FORMAT = "mlops4j registry checkpoint 2";

    private RegistryCheckpoint() {}

    static byte[] write(List<Fact> facts) {
        var out = new ByteArrayOutputStream(1024 * (facts.size() + 1));
        out.writeBytes((FORMAT + "\n").getBytes(UTF_8));
        for (Fact fact : facts) {
            out.writeBytes((fact.commit() + " " + fact.time() + "\n").getBytes(UTF_8));
            out.writeBytes(Json.write(fact.event()));
            out.write('\n');
        }
        return out.toByteArray();
    }

    static List<Fact> read(byte[] bytes) {
        var lines = new Lines(bytes);
        String format = new String(lines.next(), UTF_8);
        if (!format.equals(FORMAT)) {
            throw new CorruptionException("Cannot read checkpoint of the registry: expected \"" + FORMAT + "\"");
        }
        List<Fact> facts = new ArrayList<>();
        while (lines.more()) {
            String head = new String(lines.next(), UTF_8);
            int space = head.indexOf(' ');
            if (space < 0) {
                throw new CorruptionException("Cannot read checkpoint of the registry: a fact lacks its time");
            }
            long commit = Long.parseLong(head.substring(0, space));
            Instant time = Instant.parse(head.substring(space + 1));
            facts.add(new Fact(RegistryEvent.read("checkpoint of the registry", lines.next()), time, commit));
        }
        return facts;
    }

    /** Walks over lines; JSON as it is written here holds no raw line break. */
    private static final class Lines {
        private final byte[] bytes;
        private int at;

        Lines(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean more() {
            return at < bytes.length;
        }

        byte[] next() {
            int start = at;
            while (at < bytes.length && bytes[at] != '\n') {
                at++;
            }
            return Arrays.copyOfRange(bytes, start, at++);
        }
    }
}
