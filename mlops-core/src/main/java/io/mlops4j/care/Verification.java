package io.mlops4j.care;

import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.json.ArtifactScan;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.Digest;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Key;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Looks at every object of a store once: counts, then blobs, then logs and what they refer to, then checkpoints. Blobs
 * come before the logs, so that whoever refers to a corrupt one is met when it is known already; and a blob is stored
 * before its commit is written, so that what a commit refers to was there before.
 *
 * <p>Confined to one thread.
 */
final class Verification {
    private static final int BUFFER = 1 << 16;
    private static final long BYTES_A_STEP = 64L << 20;

    private final ObjectStore store;
    private final Clock clock;
    private final Set<String> discarded;
    private final Meter meter;
    private final Findings findings = new Findings();
    private final byte[] buffer = new byte[BUFFER];

    Verification(ObjectStore store, Clock clock, Set<String> discarded, Optional<Progress.Listener> listener) {
        this.store = store;
        this.clock = clock;
        this.discarded = discarded;
        this.meter = new Meter(listener);
    }

    VerifyReport run() {
        var startedAt = clock.instant();
        KeyWalk.each(store, Prefix.all(), this::count);
        meter.enter(Room.BLOBS);
        KeyWalk.each(store, Room.BLOBS.prefix(), key -> Room.digest(key).ifPresent(digest -> blob(key, digest)));
        meter.enter(Room.LOGS);
        new LogWalk(store, clock, new Logs()).run();
        meter.enter(Room.CHECKPOINTS);
        KeyWalk.each(store, Room.CHECKPOINTS.prefix(), key -> Room.CHECKPOINTS
                .place(key)
                .ifPresent(place -> checkpoint(key, place)));
        return new VerifyReport(
                startedAt, meter.objects, meter.allBytes, findings.list(), new TreeMap<>(findings.counts()));
    }

    private void count(Key key) {
        Room room = Room.of(key);
        meter.objects.merge(room, 1L, Long::sum);
        if (room == Room.OTHER) {
            findings.add(Finding.of(Finding.Kind.FOREIGN_KEY, key, "a key of this library", "another one"));
        }
        if (room == Room.BLOBS && meter.listener.isPresent()) {
            try {
                meter.blobBytes += store.get(key).map(StoredObject::size).orElse(0L);
            } catch (CorruptionException | StorageException e) {
                // What cannot be looked at is found when it is its turn.
            }
        }
    }

    private void blob(Key key, Digest expected) {
        try {
            Optional<StoredObject> object = store.get(key);
            if (object.isPresent()) {
                Digest found = digest(object.get());
                if (!found.equals(expected)) {
                    findings.add(Finding.of(
                            Finding.Kind.CORRUPT_BLOB,
                            key,
                            "bytes with " + expected,
                            object.get().size() + " bytes with " + found));
                }
            }
        } catch (CorruptionException e) {
            findings.add(Finding.of(Finding.Kind.CORRUPT_BLOB, key, "bytes with " + expected, message(e)));
        } catch (StorageException e) {
            findings.add(Finding.of(Finding.Kind.UNREADABLE, key, "bytes with " + expected, message(e)));
        }
        meter.item();
    }

    private Digest digest(StoredObject object) {
        MessageDigest sha = Digest.sha256();
        try (InputStream in = object.open()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
                meter.bytes(n);
            }
        } catch (IOException e) {
            throw new StorageException("Cannot read all of its " + object.size() + " bytes: " + e, e);
        }
        return Digest.of(sha);
    }

    private void checkpoint(Key key, Room.Place place) {
        try {
            CommitLog.open(store, place.log(), clock).checkCheckpoint(place.number());
        } catch (NotFoundException e) {
            // Superseded since it was listed.
        } catch (CorruptionException | StorageException e) {
            findings.add(
                    Finding.of(Finding.Kind.BROKEN_CHECKPOINT, key, "a checkpoint of log " + place.log(), message(e)));
        }
        meter.item();
    }

    private static String message(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }

    /** Collects what the walk over the logs finds, and looks up the files that commits refer to. */
    private final class Logs implements LogWalk.Visitor {
        @Override
        public void commit(String log, Commit commit) {
            ArtifactScan.each(commit.event(), (owner, artifact) -> {
                if (owner.filter(discarded::contains).isEmpty()) {
                    String run = log.startsWith("runs/") ? "run " + log.substring("runs/".length()) : null;
                    String who = owner.map(version -> "version " + version)
                            .orElse(run != null ? run : "commit " + commit.number() + " of log " + log);
                    reference(who + " (" + artifact.name() + ")", artifact);
                }
            });
        }

        private void reference(String who, Artifact artifact) {
            Key key = Room.blob(artifact.digest());
            if (!findings.has(key)) {
                look(key, artifact);
            }
            findings.refer(key, who);
        }

        private void look(Key key, Artifact artifact) {
            try {
                Optional<Long> size = store.get(key).map(StoredObject::size);
                if (size.isEmpty()) {
                    findings.add(Finding.of(
                            Finding.Kind.MISSING_BLOB,
                            key,
                            artifact.size() + " bytes with " + artifact.digest(),
                            "nothing"));
                } else if (size.get() != artifact.size()) {
                    findings.add(Finding.of(
                            Finding.Kind.WRONG_SIZE, key, artifact.size() + " bytes", size.get() + " bytes"));
                }
            } catch (CorruptionException | StorageException e) {
                findings.add(Finding.of(Finding.Kind.UNREADABLE, key, artifact.size() + " bytes", message(e)));
            }
        }

        @Override
        public void finding(Finding finding) {
            findings.add(finding);
        }

        @Override
        public void done() {
            meter.item();
        }
    }

    /** Counts, and tells the listener. */
    private static final class Meter {
        private final Optional<Progress.Listener> listener;
        private final SortedMap<Room, Long> objects = new TreeMap<>();
        private Room room = Room.OTHER;
        private long blobBytes;
        private long allBytes;
        private long items;
        private long bytes;
        private long untold;

        Meter(Optional<Progress.Listener> listener) {
            this.listener = listener;
        }

        void enter(Room next) {
            room = next;
            items = 0;
            bytes = 0;
        }

        void item() {
            items++;
            tell();
        }

        void bytes(int n) {
            bytes += n;
            allBytes += n;
            untold += n;
            if (untold >= BYTES_A_STEP) {
                tell();
            }
        }

        private void tell() {
            untold = 0;
            long total = room == Room.BLOBS ? blobBytes : 0;
            listener.ifPresent(hears -> hears.progressed(
                    new Progress(room, items, objects.getOrDefault(room, 0L), room == Room.BLOBS ? bytes : 0, total)));
        }
    }
}
