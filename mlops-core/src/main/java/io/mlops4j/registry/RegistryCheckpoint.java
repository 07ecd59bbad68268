package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The facts of a registry as one piece of bytes: a line that names the format, then two lines a fact: a head, and the
 * event as the log has it. The fields of a head are separated by tabs: the commit's number, its time in milliseconds,
 * the event's type, and for a version what its {@link VersionOutline} needs: model, number, key, semantic version,
 * parents, where what is absent is empty. No field can hold a tab or a line break, and neither can JSON as it is
 * written here.
 */
final class RegistryCheckpoint {
    private static final String FORMAT = "mlops4j registry checkpoint 2";
    private static final String TAB = "\t";

    private final byte[] bytes;
    private final Map<String, ModelName> names = new HashMap<>();
    private int at;

    private RegistryCheckpoint(byte[] bytes) {
        this.bytes = bytes;
    }

    static byte[] write(List<Fact> facts) {
        var out = new ByteArrayOutputStream(1024 * (facts.size() + 1));
        line(out, FORMAT.getBytes(ISO_8859_1));
        for (Fact fact : facts) {
            String head = fact.commit() + TAB + fact.time().toEpochMilli() + TAB;
            if (fact instanceof Fact.Born born) {
                line(out, (head + head(born.version())).getBytes(ISO_8859_1));
                line(out, born.version().event());
            } else {
                RegistryEvent event = ((Fact.Happened) fact).event();
                line(out, (head + event.type()).getBytes(ISO_8859_1));
                line(out, Json.write(event));
            }
        }
        return out.toByteArray();
    }

    private static String head(VersionOutline version) {
        List<String> parents =
                version.parents().stream().map(VersionId::toString).toList();
        return String.join(
                TAB,
                RegistryEvent.Registered.TYPE,
                version.id().model().value(),
                String.valueOf(version.id().number()),
                version.key().orElse(""),
                version.semVer().orElse(""),
                String.join(",", parents));
    }

    private static void line(ByteArrayOutputStream out, byte[] line) {
        out.writeBytes(line);
        out.write('\n');
    }

    /** Reads the facts; they keep the bytes. */
    static List<Fact> read(byte[] bytes) {
        try {
            return new RegistryCheckpoint(bytes).facts();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new CorruptionException("Cannot read checkpoint of the registry: " + e.getMessage(), e);
        }
    }

    private List<Fact> facts() {
        if (!line().equals(FORMAT)) {
            throw new CorruptionException("Cannot read checkpoint of the registry: expected \"" + FORMAT + "\"");
        }
        List<Fact> facts = new ArrayList<>();
        while (at < bytes.length) {
            String[] head = line().split(TAB, -1);
            int from = at;
            int until = skipLine();
            long commit = Long.parseLong(head[0]);
            Instant time = Instant.ofEpochMilli(Long.parseLong(head[1]));
            if (head[2].equals(RegistryEvent.Registered.TYPE)) {
                facts.add(new Fact.Born(outline(head, from, until), time, commit));
            } else {
                byte[] event = Arrays.copyOfRange(bytes, from, until);
                facts.add(new Fact.Happened(
                        RegistryEvent.read("checkpoint of the registry", head[2], event), time, commit));
            }
        }
        return facts;
    }

    private VersionOutline outline(String[] head, int from, int until) {
        List<VersionId> parents = new ArrayList<>();
        if (!head[7].isEmpty()) {
            for (String parent : head[7].split(",", -1)) {
                parents.add(id(parent.substring(0, parent.indexOf(':')), parent.substring(parent.indexOf(':') + 1)));
            }
        }
        return new VersionOutline(
                id(head[3], head[4]), unlessEmpty(head[5]), unlessEmpty(head[6]), parents, bytes, from, until);
    }

    private VersionId id(String model, String number) {
        return new VersionId(names.computeIfAbsent(model, ModelName::of), Integer.parseInt(number));
    }

    private static Optional<String> unlessEmpty(String field) {
        return field.isEmpty() ? Optional.empty() : Optional.of(field);
    }

    private String line() {
        int from = at;
        return new String(bytes, from, skipLine() - from, ISO_8859_1);
    }

    /** Goes behind the next line break; gives where the line ends. */
    private int skipLine() {
        int end = at;
        while (bytes[end] != '\n') {
            end++;
        }
        at = end + 1;
        return end;
    }
}
