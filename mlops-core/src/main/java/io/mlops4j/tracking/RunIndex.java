package io.mlops4j.tracking;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.PersistentMap;
import io.mlops4j.internal.Text;
import io.mlops4j.internal.json.Json;
import io.mlops4j.store.Commit;
import io.mlops4j.store.Fold;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which runs there are, and what became of those that can no longer change.
 *
 * <p>Immutable.
 */
final class RunIndex {
    static final RunIndex EMPTY = new RunIndex(PersistentMap.empty(), PersistentMap.empty());

    private final PersistentMap<String, Entry> runs;
    /** The id that each lower-cased id belongs to. */
    private final PersistentMap<String, String> caseless;

    private RunIndex(PersistentMap<String, Entry> runs, PersistentMap<String, String> caseless) {
        this.runs = runs;
        this.caseless = caseless;
    }

    /** A run, and what is known of it for good once it has ended. */
    record Entry(String id, String experiment, Instant startedAt, Optional<RunRecord> ended) {
        Entry {
            requireNonNull(id, "id");
            requireNonNull(experiment, "experiment");
            requireNonNull(startedAt, "startedAt");
            requireNonNull(ended, "ended");
        }
    }

    /** A run came to be. */
    record Started(String type, String id, String experiment) {
        static final String TYPE = "started";

        static Started of(String id, String experiment) {
            return new Started(TYPE, id, experiment);
        }
    }

    /** A run has finished or failed. */
    record Ended(String type, RunRecord run) {
        static final String TYPE = "ended";

        static Ended of(RunRecord run) {
            return new Ended(TYPE, run);
        }
    }

    private record Typed(String type) {}

    Optional<Entry> find(String id) {
        return Optional.ofNullable(runs.get(id));
    }

    Optional<String> caseTwin(String id) {
        return Optional.ofNullable(caseless.get(id.toLowerCase(Locale.ROOT))).filter(there -> !there.equals(id));
    }

    List<Entry> entries() {
        List<Entry> all = new ArrayList<>(runs.size());
        runs.forEach((id, entry) -> all.add(entry));
        return all;
    }

    private RunIndex with(Entry entry) {
        return new RunIndex(
                runs.with(entry.id(), entry), caseless.with(entry.id().toLowerCase(Locale.ROOT), entry.id()));
    }

    private RunIndex ended(RunRecord run) {
        Entry entry = find(run.id())
                .orElseThrow(() -> new IllegalArgumentException("run " + run.id() + " ended but was never started"));
        return with(new Entry(entry.id(), entry.experiment(), entry.startedAt(), Optional.of(run)));
    }

    /**
     * Makes the index.
     *
     * <p>Immutable.
     */
    static final class IndexFold implements Fold<RunIndex> {
        private static final int CHECKPOINT_SCHEMA = 1;

        record Checkpoint(int schema, List<Entry> runs) {}

        @Override
        public RunIndex empty() {
            return EMPTY;
        }

        @Override
        public RunIndex apply(RunIndex index, List<Commit> commits) {
            RunIndex next = index;
            for (Commit commit : commits) {
                next = apply(next, commit);
            }
            return next;
        }

        private static RunIndex apply(RunIndex index, Commit commit) {
            String what = "commit " + commit.number() + " of the tracker's log";
            byte[] event = commit.event();
            String type = String.valueOf(Json.read(what, event, Typed.class).type());
            try {
                return switch (type) {
                    case Started.TYPE -> index.with(entry(Json.read(what, event, Started.class), commit.time()));
                    case Ended.TYPE ->
                        index.ended(Json.read(what, event, Ended.class).run());
                    default ->
                        throw new CorruptionException("Cannot read " + what + ": its type " + Text.quote(type)
                                + " is unknown; it may have been written by a newer version");
                };
            } catch (IllegalArgumentException | NullPointerException e) {
                throw new CorruptionException("Cannot apply " + what + ": " + e.getMessage(), e);
            }
        }

        private static Entry entry(Started started, Instant startedAt) {
            return new Entry(RunIds.check(started.id()), started.experiment(), startedAt, Optional.empty());
        }

        @Override
        public byte[] checkpoint(RunIndex index) {
            List<Entry> runs = index.entries();
            runs.sort(Comparator.comparing(Entry::id));
            return Json.write(new Checkpoint(CHECKPOINT_SCHEMA, runs));
        }

        @Override
        public RunIndex restore(byte[] checkpoint) {
            var read = Json.read("checkpoint of the tracker", checkpoint, Checkpoint.class);
            if (read.schema() != CHECKPOINT_SCHEMA) {
                throw new CorruptionException("Cannot read checkpoint of the tracker: it has schema " + read.schema()
                        + ", this version reads schema " + CHECKPOINT_SCHEMA);
            }
            RunIndex index = EMPTY;
            for (Entry entry : read.runs()) {
                index = index.with(entry);
            }
            return index;
        }
    }
}
