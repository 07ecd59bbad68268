package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Some operations on a store whose root is to be made first, in one process or in two, of which the first is killed in
 * the middle of the first operation.
 *
 * @param steps the operations, in order
 * @param killedAfter after how many steps on the disk the first process is killed, counted from its beginning, opening
 *     included; the second then does all operations but the first; negative for one process that is not killed
 */
record CrashWorkload(List<Step> steps, int killedAfter) {
    static final Prefix LOG = Prefix.of("logs", "test");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    /** An operation. */
    enum Step {
        PUT("a/1", 1300),
        PUT_SAME_KEY("a/1", 3000),
        PUT_NEIGHBOUR_OF_PAGES("a/2", 9000),
        PUT_NEW_FOLDERS("b/c/1", 1100),
        PUT_AT_ROOT("r", 10),
        DELETE("a/1", 0),
        APPEND("", 50),
        BLOB("", 300),
        BLOB_OF_PAGES("", 20_000);

        private final String key;
        private final int size;

        Step(String key, int size) {
            this.key = key;
            this.size = size;
        }

        /** Bytes that tell by whom they are and where they should stand. */
        String content() {
            var text = new StringBuilder();
            for (int i = 0; text.length() < size; i++) {
                text.append(name()).append(i).append('\u00ff');
            }
            return text.substring(0, size);
        }

        void run(ObjectStore store, Trace trace) {
            switch (this) {
                case DELETE -> new Observed(store, trace).delete(new Key(key));
                case APPEND -> append(new Observed(store, trace), content());
                case BLOB, BLOB_OF_PAGES -> blob(store, trace);
                default -> new Observed(store, trace).putIfAbsent(new Key(key), bytes(content()));
            }
        }

        private void blob(ObjectStore store, Trace trace) {
            Key blob = blobKey();
            trace.mayHold(blob, content());
            BlobStore.in(store).put(bytes(content()));
            trace.holds(blob, content());
        }

        private Key blobKey() {
            String hex = Digest.of(content().getBytes(ISO_8859_1)).hex();
            return Key.of("blobs/sha256", hex.substring(0, 2), hex.substring(2));
        }
    }

    static Content bytes(String text) {
        return Content.of(text.getBytes(ISO_8859_1));
    }

    static void append(ObjectStore store, String event) {
        CommitLog log = CommitLog.open(store, "test", CLOCK);
        List<Commit> commits = log.read(CommitLog.Position.START, 100);
        log.append(
                commits.isEmpty()
                        ? CommitLog.Position.START
                        : commits.get(commits.size() - 1).position(),
                event.getBytes(ISO_8859_1));
    }

    /** A store that writes promises into a trace when it makes them. */
    private record Observed(ObjectStore store, Trace trace) implements ObjectStore {
        @Override
        public PutOutcome putIfAbsent(Key key, Content content) {
            String text = text(content);
            trace.mayHold(key, text);
            PutOutcome outcome = store.putIfAbsent(key, content);
            if (outcome == PutOutcome.CREATED) {
                trace.holds(key, text);
            } else {
                trace.isTaken(key);
            }
            return outcome;
        }

        private static String text(Content content) {
            try (var in = content.open()) {
                return new String(in.readAllBytes(), ISO_8859_1);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Optional<StoredObject> get(Key key) {
            return store.get(key);
        }

        @Override
        public KeyPage list(Prefix prefix, @Nullable Key after, int limit) {
            return store.list(prefix, after, limit);
        }

        @Override
        public void delete(Key key) {
            trace.mayBeGone(key);
            store.delete(key);
            trace.isGone(key);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** A trace, and where in it crashes are of interest: before, a shorter workload's crashes cover it. */
    record Run(Trace trace, int from, boolean killed) {}

    /** Does it all below a directory. */
    Run run(Path directory) {
        Trace trace = new Trace();
        int from = 0;
        boolean killed = killedAfter >= 0 && isKilled(directory, trace);
        try (FileObjectStore store = FileObjectStore.open(root(directory), new TracingDisk(trace))) {
            for (Step step : killedAfter >= 0 ? steps.subList(1, steps.size()) : steps) {
                from = steps.size() > 1 && killedAfter < 0 ? trace.size() : from;
                step.run(store, trace);
            }
        }
        return new Run(trace, from, killed);
    }

    private boolean isKilled(Path directory, Trace trace) {
        TracingDisk disk = new TracingDisk(trace);
        disk.killAfter(killedAfter);
        try (FileObjectStore store = FileObjectStore.open(root(directory), disk)) {
            steps.get(0).run(store, trace);
            return false;
        } catch (TracingDisk.Killed e) {
            return true;
        }
    }

    /** The root and the folder above it are made by the store. */
    static Path root(Path directory) {
        return directory.resolve("above/root");
    }

    /** All workloads of so many operations, in one process. */
    static List<CrashWorkload> ofLength(int length) {
        List<List<Step>> all = List.of(List.of());
        for (int i = 0; i < length; i++) {
            List<List<Step>> longer = new ArrayList<>();
            for (List<Step> steps : all) {
                for (Step step : Step.values()) {
                    var next = new ArrayList<>(steps);
                    next.add(step);
                    longer.add(List.copyOf(next));
                }
            }
            all = longer;
        }
        return all.stream().map(steps -> new CrashWorkload(steps, -1)).toList();
    }
}
