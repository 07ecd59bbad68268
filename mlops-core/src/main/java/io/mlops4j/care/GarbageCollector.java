package io.mlops4j.care;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import io.mlops4j.store.GarbageMarks;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.StoredObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Deletes blobs that nothing refers to: what crashes between a file and its commit have left, and the files of versions
 * that were discarded. Logs are never touched.
 *
 * <p>A blob is live if its digest stands anywhere in any commit of any log, whoever wrote it and whatever it means there.
 * What else refers to a blob, such as a list of digests that is a blob itself, does not keep it. A blob that is not live
 * is marked; once the mark is older than the grace period, and all logs have been read again, it is deleted. So run
 * {@link #collect()} now and then, say once a day: each run marks what is new and deletes what is due.
 *
 * <p>Writers and any number of collectors may go on meanwhile, and each may die at any moment. What must hold: a writer
 * commits within the grace period after it has stored its files; the clocks of the processes agree within some minutes;
 * a deletion that was sent to the store takes effect within minutes, or never. A writer that stores content just while
 * the same content is deleted as garbage is told to try again ({@link io.mlops4j.OverloadedException}); all others
 * notice nothing.
 *
 * <p>It holds the digests of all blobs in memory, some 200 bytes for each.
 *
 * <p>Immutable; thread-safe.
 */
public final class GarbageCollector {
    /** How long garbage is kept, unless set. */
    public static final Duration DEFAULT_GRACE = Duration.ofDays(3);

    private static final Duration HOLD = Duration.ofMinutes(1);

    private final ObjectStore store;
    private final Clock clock;
    private final Supplier<Set<String>> discarded;
    private final Duration grace;
    private final GarbageMarks marks;

    GarbageCollector(ObjectStore store, Clock clock, Supplier<Set<String>> discarded, Duration grace) {
        this.store = store;
        this.clock = clock;
        this.discarded = discarded;
        this.grace = grace;
        this.marks = GarbageMarks.in(store, clock);
    }

    /**
     * The same collector with another grace period.
     *
     * @param period longer than any writer takes from its first file to its commit, and than clocks disagree; above zero
     * @return a collector
     * @throws IllegalArgumentException if it is not positive
     */
    public GarbageCollector withGrace(Duration period) {
        if (requireNonNull(period, "period").isNegative() || period.isZero()) {
            throw new IllegalArgumentException("Invalid grace period " + period + ": expected above zero");
        }
        return new GarbageCollector(store, clock, discarded, period);
    }

    /**
     * Says what {@link #collect()} would do now, and changes nothing.
     *
     * @return a dry run
     * @throws CorruptionException if a log is broken
     * @throws StorageException if the store could not be read
     */
    public CollectReport preview() {
        return run(CollectReport.Kind.PREVIEWED);
    }

    /**
     * Marks what is garbage, and deletes what has been so for longer than the grace period.
     *
     * @return what was done
     * @throws CorruptionException if a log is broken; nothing was deleted
     * @throws StorageException if the store failed half-way; what was deleted by then was garbage, and the next
     *     collection goes on
     * @throws OutcomeUnknownException as with {@link StorageException}
     */
    public CollectReport collect() {
        return run(CollectReport.Kind.COLLECTED);
    }

    private CollectReport run(CollectReport.Kind kind) {
        // The order is the point: what is due is known before the logs are read, so that they are read after all of the
        // grace period; blobs are listed before the logs are read, so that a new one is not taken for garbage.
        Instant startedAt = clock.instant();
        Map<Digest, Optional<Instant>> marked = marked(kind);
        Set<Digest> blobs = new HashSet<>();
        KeyWalk.each(store, Room.BLOBS.prefix(), key -> Room.digest(key).ifPresent(blobs::add));
        long all = blobs.size();
        new LogWalk(store, clock, new LiveBlobs(blobs, discarded.get())).run();
        if (kind == CollectReport.Kind.COLLECTED) {
            marked.keySet().stream().filter(digest -> !blobs.contains(digest)).forEach(this::unmark);
        }
        List<Garbage> garbage = new ArrayList<>();
        for (Digest digest : new TreeSet<>(blobs)) {
            long size = store.get(Room.blob(digest)).map(StoredObject::size).orElse(0L);
            Optional<Instant> since = marked.getOrDefault(digest, Optional.empty());
            Instant due = since.orElse(startedAt).plus(grace);
            garbage.add(new Garbage(digest, size, fate(kind, digest, since, startedAt), due));
        }
        return new CollectReport(kind, startedAt, all - blobs.size(), garbage);
    }

    /** All blobs that have a mark, and since when, if they have a tombstone. */
    private Map<Digest, Optional<Instant>> marked(CollectReport.Kind kind) {
        Map<Digest, Optional<Instant>> marked = new HashMap<>();
        KeyWalk.each(store, Room.GARBAGE.prefix(), key -> Room.marked(key)
                .ifPresent(digest -> marked.computeIfAbsent(digest, of -> since(kind, of))));
        return marked;
    }

    private Optional<Instant> since(CollectReport.Kind kind, Digest digest) {
        try {
            return marks.markedAt(digest);
        } catch (CorruptionException e) {
            if (kind == CollectReport.Kind.COLLECTED) {
                unmark(digest);
            }
            return Optional.empty();
        }
    }

    private Garbage.Fate fate(CollectReport.Kind kind, Digest digest, Optional<Instant> since, Instant now) {
        boolean preview = kind == CollectReport.Kind.PREVIEWED;
        if (since.isEmpty()) {
            if (!preview) {
                marks.mark(digest);
            }
            return Garbage.Fate.MARKED;
        }
        if (since.get().plus(grace).isAfter(now)) {
            return Garbage.Fate.WAITING;
        }
        return preview ? Garbage.Fate.DELETED : delete(digest, since.get());
    }

    private Garbage.Fate delete(Digest digest, Instant since) {
        Optional<GarbageMarks.Claim> claim = marks.claim(digest, HOLD);
        if (claim.isEmpty()) {
            return Garbage.Fate.LEFT;
        }
        boolean garbage = claim.get().isGarbage(since);
        if (!claim.get().isHeld()) {
            return Garbage.Fate.LEFT;
        }
        if (garbage) {
            store.delete(Room.blob(digest));
        }
        claim.get().clearMarks();
        return garbage ? Garbage.Fate.DELETED : Garbage.Fate.SPARED;
    }

    /** Takes the marks from a blob that is live, or gone. */
    private void unmark(Digest digest) {
        marks.claim(digest, HOLD).ifPresent(GarbageMarks.Claim::clearMarks);
    }
}
