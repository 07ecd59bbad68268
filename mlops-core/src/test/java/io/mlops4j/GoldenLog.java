package io.mlops4j;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Logs as an earlier version wrote them: two lines a commit, the header and the event. They are never changed; when a
 * format is, a new file joins them.
 */
public final class GoldenLog {
    private GoldenLog() {}

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = GoldenLog.class.getResourceAsStream("/golden/" + resource)) {
            if (in == null) {
                throw new FileNotFoundException(resource);
            }
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }

    /** A store that holds one log. */
    public static MemoryObjectStore load(String log, String resource) throws IOException {
        var store = new MemoryObjectStore();
        loadInto(store, log, resource);
        return store;
    }

    /** Adds a log to a store. */
    public static void loadInto(ObjectStore store, String log, String resource) throws IOException {
        List<String> lines = lines(resource);
        for (int i = 0; i < lines.size(); i += 2) {
            String body = lines.get(i) + "\n" + lines.get(i + 1);
            store.putIfAbsent(
                    Key.of("logs/" + log, String.format("%020d", i / 2 + 1)), Content.of(body.getBytes(UTF_8)));
        }
    }

    /** The events of a file. */
    public static List<String> events(String resource) throws IOException {
        List<String> lines = lines(resource);
        List<String> events = new ArrayList<>();
        for (int i = 1; i < lines.size(); i += 2) {
            events.add(lines.get(i));
        }
        return events;
    }

    /** The events of a log. */
    public static List<String> events(ObjectStore store, String log) {
        return CommitLog.open(store, log, Clock.systemUTC()).read(CommitLog.Position.START, 1000).stream()
                .map(commit -> new String(commit.event(), UTF_8))
                .toList();
    }
}
