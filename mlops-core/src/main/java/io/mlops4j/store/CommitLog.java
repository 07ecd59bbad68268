package io.mlops4j.store;

import static java.util.Objects.requireNonNull;

import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.Digest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A log of numbered, hash-chained commits in an {@link ObjectStore}, shared by any number of writers.
 *
 * <p>Commit {@code n} of the log {@code registry} is the object {@code logs/registry/<n as 20 digits>}. Appending is
 * "create n+1 if absent": of several writers one wins, and the others get a {@link ConflictException}, read on and
 * decide again. An object holds one line of JSON (schema, number, writer, attempt, time, hash of the commit before, and a
 * checksum of all that and of the event) and then the event's bytes as they are. Its hash is the SHA-256 of all of it,
 * so that whoever changes, drops or swaps a commit breaks the chain for every reader; a torn or flipped byte shows at
 * once, in the newest commit too.
 *
 * <p>A lost reply is not taken for a conflict: when the store cannot say whether a write landed, or says that the key is
 * taken, the log reads the key and looks for its own writer id and attempt there.
 *
 * <p>Most callers use {@link Replica}, which folds a log into a state and retries conflicts.
 *
 * <p>Thread-safe.
 */
public final class CommitLog {
    private static final int RESENDS = 2;
    private static final int DIGITS = 20;

    private final ObjectStore store;
    private final String name;
    private final Clock clock;
    private final String writer;
    private final AtomicLong attempts = new AtomicLong();
    /** The number of the last commit that is known to survive a crash. */
    private final AtomicLong durable = new AtomicLong();

    private CommitLog(ObjectStore store, String name, Clock clock, String writer) {
        this.store = store;
        this.name = name;
        this.clock = clock;
        this.writer = writer;
    }

    /**
     * A place in a log: a commit's number and hash, or {@link #START}.
     *
     * <p>Immutable.
     *
     * @param number the number of the last commit before this place; 0 at the start
     * @param hash the hash of that commit
     */
    public record Position(long number, Digest hash) {
        /** Before the first commit; its hash is all zeros. */
        public static final Position START = new Position(0, new Digest("0".repeat(64)));

        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the number is negative
         */
        public Position {
            requireNonNull(hash, "hash");
            if (number < 0) {
                throw new IllegalArgumentException("Invalid position " + number + ": expected 0 or more");
            }
        }

        /**
         * Reads what {@link #toString()} wrote.
         *
         * @param text such as {@code 17@sha256:9f31…}
         * @return the position
         * @throws IllegalArgumentException if the text has another form
         */
        public static Position parse(String text) {
            int at = text.indexOf('@');
            try {
                return new Position(
                        Long.parseLong(text.substring(0, Math.max(at, 0))), Digest.parse(text.substring(at + 1)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "Invalid position " + Text.quote(text) + ": expected <number>@sha256:<64 digits>", e);
            }
        }

        /** Writes it in a form that {@link #parse} reads, to be kept. */
        @Override
        public String toString() {
            return number + "@" + hash;
        }
    }

    /**
     * Opens a log; it comes into being with its first commit.
     *
     * @param store holds the commits; stays open when the log is no longer used
     * @param name one segment or several, joined by {@code /}
     * @param clock stamps the commits
     * @return the log, as a writer with an id of its own
     * @throws IllegalArgumentException if the name breaks the grammar of keys
     */
    public static CommitLog open(ObjectStore store, String name, Clock clock) {
        requireNonNull(store, "store");
        requireNonNull(clock, "clock");
        Prefix.of("logs", name);
        byte[] id = new byte[12];
        ThreadLocalRandom.current().nextBytes(id);
        return new CommitLog(store, name, clock, HexFormat.of().formatHex(id));
    }

    /**
     * The log's name.
     *
     * @return as it was opened
     */
    public String name() {
        return name;
    }

    ObjectStore store() {
        return store;
    }

    /**
     * Appends an event right after a position.
     *
     * @param after the end of the log as the caller knows it
     * @param event what happened; at most 15 MiB
     * @return the commit; it is durable
     * @throws ConflictException if another commit stands there already; nothing was written
     * @throws StorageException if the write failed; nothing was written
     * @throws OutcomeUnknownException if the write may or may not have landed; read the log again before any retry
     */
    public Commit append(Position after, byte[] event) {
        settle(after);
        var header = new Commit.Header(
                CommitFormat.SCHEMA,
                after.number() + 1,
                writer,
                attempts.incrementAndGet(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                after.hash());
        byte[] body = CommitFormat.encode(header, event);
        Commit commit = new Commit(header, event.clone(), Digest.of(body));
        if (putForGood(key(header.number()), body) == PutOutcome.EXISTS) {
            requireOurs(header);
        }
        durable.accumulateAndGet(header.number(), Math::max);
        return commit;
    }

    /**
     * Makes sure that all commits up to a position survive a crash. What can be read may not be durable yet, if its
     * writer is not done, or has died; and a commit after one that a crash takes away would leave the log with a hole. A
     * put of the same bytes says {@code EXISTS} when the commit is durable; those before it are, as whoever wrote it has
     * made sure of them.
     *
     * @throws CorruptionException if the commit is another one now
     * @throws StorageException if its durability cannot be had now
     */
    void settle(Position end) {
        if (end.number() <= durable.get()) {
            return;
        }
        Key key = key(end.number());
        byte[] body = store.get(key)
                .orElseThrow(() -> new StorageException("Commit " + end.number() + " of log " + name + " is gone"))
                .bytes(CommitFormat.MAX_COMMIT);
        Digest hash = Digest.of(body);
        if (!hash.equals(end.hash())) {
            throw new CorruptionException("Commit " + end.number() + " of log " + name + " has changed: it has " + hash
                    + ", and had " + end.hash());
        }
        try {
            putForGood(key, body);
        } catch (OutcomeUnknownException e) {
            throw new StorageException(
                    "Cannot tell whether commit " + end.number() + " of log " + name + " is durable", e);
        }
        durable.accumulateAndGet(end.number(), Math::max);
    }

    /**
     * Puts until the store says that the key is taken for good. After a lost reply it is not enough that the commit can
     * be read: what was lost may have been the force. The same body sent again settles it either way.
     */
    private PutOutcome putForGood(Key key, byte[] body) {
        @Nullable OutcomeUnknownException doubt = null;
        for (int send = 0; ; send++) {
            try {
                return store.putIfAbsent(key, Content.of(body));
            } catch (OutcomeUnknownException e) {
                if (send == RESENDS) {
                    throw e;
                }
                doubt = e;
            } catch (StorageException e) {
                if (doubt == null) {
                    throw e;
                }
                // That this send wrote nothing says nothing of the one before.
                doubt.addSuppressed(e);
                throw doubt;
            }
        }
    }

    /** The key is taken, perhaps by ourselves: a layer below may have sent twice, and told of the second time only. */
    private void requireOurs(Commit.Header header) {
        Optional<Commit> there;
        try {
            there = read(header.number());
        } catch (StorageException e) {
            throw unknown(header, "is there, but cannot be read", e);
        }
        if (!there.orElseThrow(() -> unknown(header, "was there and is gone", null))
                .header()
                .sameWrite(header)) {
            throw new ConflictException(
                    "Cannot append commit " + header.number() + " to log " + name + ": another writer was first");
        }
    }

    private OutcomeUnknownException unknown(Commit.Header header, String why, @Nullable StorageException cause) {
        String message = "Cannot tell whether commit " + header.number() + " of log " + name + " is ours: it " + why;
        return cause == null ? new OutcomeUnknownException(message) : new OutcomeUnknownException(message, cause);
    }

    /**
     * Reads on from a position, and checks that the chain holds.
     *
     * @param after where to begin
     * @param limit the most commits wanted, 1 or more
     * @return the commits after the position in order, fewer than the limit only at the end of the log
     * @throws CorruptionException if a commit cannot be parsed, does not match its checksum, or does not continue the
     *     chain
     * @throws StorageException if the storage could not be read
     */
    public List<Commit> read(Position after, int limit) {
        List<Commit> commits = new ArrayList<>();
        Position position = after;
        while (commits.size() < limit) {
            Optional<Commit> next = read(position.number() + 1);
            if (next.isEmpty()) {
                break;
            }
            Digest previous = next.get().header().previous();
            if (!previous.equals(position.hash())) {
                throw new CorruptionException("Log " + name + " is broken at commit "
                        + next.get().number() + ": it follows a commit with " + previous + ", but commit "
                        + position.number() + " has " + position.hash());
            }
            commits.add(next.get());
            position = next.get().position();
        }
        return commits;
    }

    /**
     * Reads one commit; the chain is not checked.
     *
     * @param number 1 or more
     * @return the commit, or empty if the log is shorter
     * @throws CorruptionException if it cannot be parsed, does not match its checksum, or stands at the wrong number
     * @throws StorageException if the storage could not be read
     */
    public Optional<Commit> read(long number) {
        return store.get(key(number))
                .map(object -> CommitFormat.decode(
                        "commit " + number + " of log " + name, number, object.bytes(CommitFormat.MAX_COMMIT)));
    }

    /**
     * Checks a checkpoint of this log: that its bytes are whole, and that it was made of this very chain. A broken one
     * does no harm, as it is passed over when the log is opened; it costs time then.
     *
     * @param number of the commit after which it was written, 1 or more
     * @throws NotFoundException if there is no such checkpoint, perhaps because newer ones have superseded it
     * @throws CorruptionException if it is broken, is of another chain, or its commit cannot be read
     * @throws StorageException if the storage could not be read
     */
    public void checkCheckpoint(long number) {
        CheckpointAudit.check(this, number);
    }

    private Key key(long number) {
        return Key.of("logs", name, number(number));
    }

    static String number(long number) {
        if (number < 1) {
            throw new IllegalArgumentException("Invalid commit number " + number + ": expected 1 or more");
        }
        String digits = Long.toString(number);
        return "0".repeat(DIGITS - digits.length()) + digits;
    }
}
