package io.mlops4j.store;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The state of a {@link CommitLog}, kept in memory and brought up to date on demand: the fold of all commits so far.
 *
 * <p>{@link #state()} is a plain volatile read and never touches the store. {@link #refresh()} reads what other writers
 * have added. {@link #update} decides on the newest state and appends the decision; when another writer was first, it
 * reads that commit and asks again, so that a decision is always made on the state right before it.
 *
 * <pre>{@code
 * var counter = Replica.open(CommitLog.open(store, "counter", clock), new SumOfEvents());
 * counter.update(sum -> Optional.of("1".getBytes(UTF_8)));
 * }</pre>
 *
 * <p>Thread-safe.
 *
 * @param <S> an immutable state
 */
public final class Replica<S> {
    /*
     * One lock serialises readers and writers of the log within this replica: writers of one process would only race
     * each other for the same number. Across processes the store decides, and each lost race means that somebody else
     * made progress. The pair (position, state) changes under the lock and is published as one object, so that a
     * reader never sees a state with the position of another.
     */
    private static final int BATCH = 256;
    private static final int MAX_RACES = 10_000;

    private final CommitLog log;
    private final Fold<S> fold;
    private final Checkpoints<S> checkpoints;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile At<S> current;

    private Replica(CommitLog log, Fold<S> fold, Checkpoints<S> checkpoints, At<S> start) {
        this.log = log;
        this.fold = fold;
        this.checkpoints = checkpoints;
        this.current = start;
    }

    /** A state and the position whose fold it is. */
    record At<S>(CommitLog.Position position, S state) {}

    /**
     * Opens a log from its newest good checkpoint and reads it to its end.
     *
     * @param <S> the state
     * @param log the log
     * @param fold makes the state
     * @return the replica
     * @throws CorruptionException if the log's chain is broken
     * @throws StorageException if the storage could not be read
     */
    public static <S> Replica<S> open(CommitLog log, Fold<S> fold) {
        requireNonNull(fold, "fold");
        var checkpoints = new Checkpoints<>(log, fold);
        var replica = new Replica<>(log, fold, checkpoints, checkpoints.newest());
        replica.refresh();
        return replica;
    }

    /**
     * The state as this replica knows it; no I/O.
     *
     * @return perhaps behind what other writers have added
     */
    public S state() {
        return current.state();
    }

    /**
     * How far this replica has read.
     *
     * @return the position of the last commit in {@link #state()}
     */
    public CommitLog.Position position() {
        return current.position();
    }

    /**
     * Reads what was added since.
     *
     * @return the newest state
     * @throws CorruptionException if the log's chain is broken; the state stays as it was
     * @throws StorageException if the storage could not be read; the state stays as it was
     */
    public S refresh() {
        lock.lock();
        try {
            return catchUp();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Decides on the newest state, and appends the decision.
     *
     * @param decision gets the newest state and gives the event to append, or empty if there is nothing to do; throws
     *     to refuse. May be asked several times, so it must have no side effects.
     * @return the state after it
     * @throws ConflictException if other writers were first some ten thousand times in a row
     * @throws StorageException if the storage failed; nothing was written
     * @throws OutcomeUnknownException if the write may or may not have landed; {@link #refresh()} tells, once the store
     *     answers
     */
    public S update(Function<S, Optional<byte[]>> decision) {
        lock.lock();
        try {
            for (int race = 0; race < MAX_RACES; race++) {
                Optional<byte[]> event = decision.apply(catchUp());
                if (event.isEmpty()) {
                    // "It is done already" is a promise, too.
                    log.settle(current.position());
                    return current.state();
                }
                Optional<Commit> commit = tryAppend(event.get());
                if (commit.isPresent()) {
                    advance(List.of(commit.get()));
                    checkpoints.write(current);
                    return current.state();
                }
            }
        } finally {
            lock.unlock();
        }
        throw new ConflictException(
                "Cannot append to log " + log.name() + ": other writers were first " + MAX_RACES + " times in a row");
    }

    @GuardedBy("lock") private Optional<Commit> tryAppend(byte[] event) {
        try {
            return Optional.of(log.append(current.position(), event));
        } catch (ConflictException lost) {
            return Optional.empty();
        }
    }

    @GuardedBy("lock") private S catchUp() {
        while (true) {
            List<Commit> commits = log.read(current.position(), BATCH);
            if (commits.isEmpty()) {
                return current.state();
            }
            advance(commits);
        }
    }

    @GuardedBy("lock") private void advance(List<Commit> commits) {
        CommitLog.Position position = commits.get(commits.size() - 1).position();
        current = new At<>(position, fold.apply(current.state(), commits));
    }
}
