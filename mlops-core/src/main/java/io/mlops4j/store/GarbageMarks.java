package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.OverloadedException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.Digest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What writers and collectors of garbage tell each other about a blob, as small objects beside it. For
 * {@link BlobStore} and collectors; others have no use for it.
 *
 * <p>Thread-safe.
 */
public final class GarbageMarks {
    /*
     * A store can neither delete an object on a condition nor lock it. So a blob that no log refers to is deleted like
     * this, with three marks in the folder garbage/<digest>/:
     *
     *   collector                                          writer of the same content
     *   C1 no log refers to it: put tombstone (time)       W1 put the blob (it may exist)
     *   C2 a grace period later: read all logs again       W2 is there a tombstone?  no, and the blob is there: done
     *   C3 put claim                                       W3 put keep
     *   C4 same tombstone, no keep? else C6                W4 is there a claim?  yes: fail, to be tried again
     *   C5 delete the blob                                 W5 put the blob again: done
     *   C6 delete tombstone, then keep, then claim         (later) commit what refers to the blob
     *
     * Keep and claim are Dekker's two flags: each side raises its own before it looks at the other's, so that not both
     * can think themselves alone. A writer that sees no tombstone while the blob is there is ahead of C1, and has the
     * grace period until C2 to commit; the tombstone leaves after the blob, so that a writer cannot miss both. One that
     * sees no claim is ahead of C3, so that C4 sees its keep, or is behind C6, and W5 stores the blob anew.
     *
     * Marks are deleted only by who holds the claim. A claim is good for a set time; its holder looks at the clock
     * before each step that deletes, and stops when the time is up. Ten times later anyone may take it that the holder
     * has died; the claim is then cleared together with the tombstone, and the blob waits for another grace period. So
     * it is assumed that (a) clocks agree within nine times that time, and a delete that was sent takes effect within it
     * or never; (b) a writer commits within the grace period after it has put its blobs; (c) whoever refers to a blob
     * has put it, and does not merely know its digest.
     */
    private static final String FOLDER = "garbage";
    private static final int MAX_MARK = 1000;
    private static final int PATIENCE = 10;
    private static final byte[] KEEP = "a writer has stored this content again\n".getBytes(UTF_8);

    private final ObjectStore store;
    private final Clock clock;

    private GarbageMarks(ObjectStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Opens the marks of a store.
     *
     * @param store stays its owner's
     * @param clock tells the age of tombstones and claims
     * @return the marks
     */
    public static GarbageMarks in(ObjectStore store, Clock clock) {
        return new GarbageMarks(requireNonNull(store, "store"), requireNonNull(clock, "clock"));
    }

    /**
     * Whether what a writer has just put may be collected, as far as it is not referred to: the writer's steps 2 to 4.
     *
     * @return true if the blob must be put again
     * @throws OverloadedException if the blob is being deleted at this moment
     */
    boolean spare(Digest digest) {
        if (store.get(key(digest, "tombstone")).isEmpty()) {
            return false;
        }
        store.putIfAbsent(key(digest, "keep"), Content.of(KEEP));
        Instant now = clock.instant();
        Optional<Instant> end = claimEnd(digest);
        if (end.isPresent() && now.isBefore(end.get())) {
            throw new OverloadedException(
                    "Cannot store blob " + digest + ": it was garbage, and is being collected at this moment",
                    Duration.between(now, end.get()));
        }
        return true;
    }

    /**
     * Puts a tombstone, unless there is one.
     *
     * @param digest names a blob that no log refers to
     */
    public void mark(Digest digest) {
        put(digest, "tombstone", clock.instant());
    }

    /**
     * When a blob was found to be garbage.
     *
     * @param digest names the blob
     * @return the time of its tombstone, or empty if it has none
     * @throws CorruptionException if the tombstone cannot be read
     */
    public Optional<Instant> markedAt(Digest digest) {
        return read(digest, "tombstone");
    }

    /**
     * Claims the right to delete a blob. A claim whose holder has died is cleared together with the blob's other marks,
     * which begins its grace period anew.
     *
     * @param digest names the blob
     * @param hold how long the right lasts; it must be enough for what is to be done, above zero
     * @return a claim, or empty if another has it or it had to be cleared
     */
    public Optional<Claim> claim(Digest digest, Duration hold) {
        Instant now = clock.instant();
        if (put(digest, "claim", now.plus(hold.multipliedBy(PATIENCE))) == PutOutcome.CREATED) {
            return Optional.of(new Claim(digest, now.plus(hold)));
        }
        if (claimEnd(digest).filter(end -> end.isBefore(now)).isPresent()) {
            clear(digest);
        }
        return Optional.empty();
    }

    private void clear(Digest digest) {
        store.delete(key(digest, "tombstone"));
        store.delete(key(digest, "keep"));
        store.delete(key(digest, "claim"));
    }

    private PutOutcome put(Digest digest, String mark, Instant until) {
        byte[] token = new byte[12];
        ThreadLocalRandom.current().nextBytes(token);
        String text = until + " " + HexFormat.of().formatHex(token) + "\n";
        return store.putIfAbsent(key(digest, mark), Content.of(text.getBytes(UTF_8)));
    }

    /** One that cannot be read has lain there for long: it is over. */
    private Optional<Instant> claimEnd(Digest digest) {
        try {
            return read(digest, "claim");
        } catch (CorruptionException e) {
            return Optional.of(Instant.EPOCH);
        }
    }

    private Optional<Instant> read(Digest digest, String mark) {
        return store.get(key(digest, mark)).map(object -> {
            String text = new String(object.bytes(MAX_MARK), UTF_8);
            try {
                return Instant.parse(text.substring(0, Math.max(0, text.indexOf(' '))));
            } catch (DateTimeException e) {
                throw new CorruptionException(
                        "Cannot read " + key(digest, mark) + ": expected a time, found " + Text.quote(text), e);
            }
        });
    }

    private static Key key(Digest digest, String mark) {
        return Key.of(FOLDER, digest.hex(), mark);
    }

    /**
     * The right to delete a blob, for a short time.
     *
     * <p>Thread-safe.
     */
    public final class Claim {
        private final Digest digest;
        private final Instant end;

        private Claim(Digest digest, Instant end) {
            this.digest = digest;
            this.end = end;
        }

        /**
         * Whether the blob may be deleted as garbage.
         *
         * @param markedAt the time of the tombstone that the collector has judged
         * @return true if the tombstone is still the same, and no writer has stored the content again
         */
        public boolean isGarbage(Instant markedAt) {
            return markedAt(digest).equals(Optional.of(markedAt))
                    && store.get(key(digest, "keep")).isEmpty();
        }

        /**
         * Whether the claim still holds; ask right before each deletion.
         *
         * @return false if its time is up: delete nothing then
         */
        public boolean isHeld() {
            return clock.instant().isBefore(end);
        }

        /** Takes away all marks of the blob, the claim last; does nothing if the time is up. */
        public void clearMarks() {
            if (isHeld()) {
                clear(digest);
            }
        }

        /** Takes away the claim and leaves the other marks; does nothing if the time is up. */
        public void release() {
            if (isHeld()) {
                store.delete(key(digest, "claim"));
            }
        }
    }
}
