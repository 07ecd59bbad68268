package io.mlops4j.care;

import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import io.mlops4j.store.Content;
import io.mlops4j.store.GarbageMarks;
import io.mlops4j.store.Key;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.PutOutcome;
import io.mlops4j.store.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Moves corrupt blobs out of the way. The claim that collectors use keeps two from doing so at once: the second could
 * else delete a blob that was healed right after the first.
 *
 * <p>Confined to one thread.
 */
final class Quarantine {
    private static final Duration HOLD = Duration.ofHours(1);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final ObjectStore store;
    private final Clock clock;
    private final GarbageMarks marks;
    private final SortedMap<Key, Key> moved = new TreeMap<>();
    private final SortedMap<Key, String> left = new TreeMap<>();

    Quarantine(ObjectStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.marks = GarbageMarks.in(store, clock);
    }

    QuarantineReport run(List<Finding> corrupt) {
        for (Finding finding : corrupt) {
            Room.digest(finding.key()).ifPresent(digest -> move(finding.key(), digest));
        }
        return new QuarantineReport(moved, left);
    }

    private void move(Key key, Digest digest) {
        Optional<GarbageMarks.Claim> claim = marks.claim(digest, HOLD);
        if (claim.isEmpty()) {
            left.put(key, "somebody else is deleting it, or has died at it; try again later");
            return;
        }
        try {
            Optional<StoredObject> object = store.get(key);
            if (object.isEmpty() || digest(object.get()).equals(digest)) {
                left.put(key, object.isEmpty() ? "it is gone" : "its bytes are right now");
            } else {
                move(key, digest, object.get(), claim.get());
            }
        } catch (CorruptionException e) {
            left.put(key, "it cannot be copied: " + e.getMessage());
        }
        claim.get().release();
    }

    private void move(Key key, Digest digest, StoredObject object, GarbageMarks.Claim claim) {
        String name = TIME.format(clock.instant()) + "-" + UUID.randomUUID();
        Key to = Key.of("quarantine", digest.hex(), name);
        if (store.putIfAbsent(to, new Copy(object)) != PutOutcome.CREATED || !claim.isHeld()) {
            left.put(key, "copying it to " + to + " took too long");
            return;
        }
        store.delete(key);
        moved.put(key, to);
    }

    private static Digest digest(StoredObject object) {
        try (InputStream in = object.open()) {
            return Digest.of(in);
        } catch (IOException e) {
            throw new StorageException("Cannot read what is to be put in quarantine", e);
        }
    }

    /** The bytes of an object, as they are. */
    private record Copy(StoredObject object) implements Content {
        @Override
        public long size() {
            return object.size();
        }

        @Override
        public InputStream open() {
            return object.open();
        }
    }
}
