package io.mlops4j.registry;

import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import io.mlops4j.store.CommitLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Everything that happens in a registry, in order, for consumers in any process. A consumer remembers the position of
 * the last change it has dealt with, and goes on from there after whatever happened to it: each change comes once for
 * each position, none is left out.
 *
 * <pre>{@code
 * CommitLog.Position seen = file.exists() ? CommitLog.Position.parse(file.read()) : CommitLog.Position.START;
 * for (RegistryChange change : registry.changes().after(seen, 100)) {
 *     if (change instanceof RegistryChange.AliasesMoved moved) {
 *         announce(moved.moves());
 *     }
 *     file.write(change.position().toString());
 * }
 * }</pre>
 *
 * <p>{@link ModelRegistry#onMove} is the other way to hear of moves: from now on, in this process, without positions. It
 * is told from memory, so it hears of this process's own moves at once; a feed reads the log. The numbers agree:
 * {@link AliasMove#commit()} is the number of the position.
 *
 * <p>Implementations must be thread-safe.
 */
public interface RegistryFeed {
    /**
     * Reads on.
     *
     * @param position what was read before; {@link CommitLog.Position#START} for everything
     * @param limit the most changes wanted, 1 or more
     * @return the changes after it, in order; fewer than the limit only if there are no more yet
     * @throws ConflictException if the position is none of this registry's log: the log was replaced, and the consumer
     *     must begin anew
     * @throws CorruptionException if the log is broken there
     * @throws StorageException if it could not be read
     */
    List<RegistryChange> after(CommitLog.Position position, int limit);

    /**
     * The end of the log, to hear only of what comes now.
     *
     * @return the position after the newest change
     * @throws StorageException if it could not be read
     */
    CommitLog.Position end();

    /**
     * Tells a listener of all that comes after a position, by reading on now and then. Changes come one at a time, in
     * order. One that the listener throws on is told again at the next reading, and none after it before that. A reading
     * that fails is logged and tried again.
     *
     * @param position what was read before
     * @param interval from the end of one reading to the beginning of the next; positive
     * @param scheduler runs the readings, which block; stays the caller's
     * @param listener hears of changes
     * @return ends it when closed
     * @throws IllegalArgumentException if the interval is not positive
     */
    default Subscription follow(
            CommitLog.Position position, Duration interval, ScheduledExecutorService scheduler, Listener listener) {
        return FeedFollower.start(this, position, interval, scheduler, listener);
    }

    /**
     * Hears of changes, one at a time, on a thread of the scheduler.
     *
     * <p>Implementations are confined to one thread at a time.
     */
    @FunctionalInterface
    interface Listener {
        /**
         * Something happened. When this returns, the change counts as dealt with; when it throws, it comes again.
         *
         * @param change what happened
         */
        void changed(RegistryChange change);

        /**
         * The log was replaced, so that what was heard is not its history: nothing more will come. Unless overridden,
         * does nothing; it is logged as well.
         *
         * @param why what does not match
         */
        default void lost(ConflictException why) {}
    }
}
