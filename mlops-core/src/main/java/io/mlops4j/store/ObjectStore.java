package io.mlops4j.store;

import io.mlops4j.CorruptionException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Objects that are created once and never overwritten: the one thing that a storage must offer to carry registry,
 * tracking, pipelines and queues. An adapter implements these five calls and passes {@code ObjectStoreContract} of
 * mlops-testkit.
 *
 * <p><b>Atomic.</b> Of any number of concurrent {@link #putIfAbsent} calls on one key, from any threads, processes and
 * machines, exactly one returns {@link PutOutcome#CREATED}, and readers see either no object or the whole of it.
 * <b>Durable.</b> When a put returns {@code CREATED}, or {@code EXISTS}, the object survives a crash of the process and
 * of the machine. <b>Consistent.</b> A get or a list that begins after a put returned sees the object.
 *
 * <p>Keys are independent of each other: {@code a} and {@code a/b} can both hold objects, and so can {@code a} and
 * {@code A}.
 *
 * <p>Calls block. Failures are typed: {@link StorageException} means that nothing was written;
 * {@link OutcomeUnknownException} means that the write may have landed, or may yet land: read again later, and delete
 * nothing.
 *
 * <p>Implementations must be thread-safe.
 */
public interface ObjectStore extends AutoCloseable {
    /** The most keys that one page of a listing holds. */
    int MAX_PAGE = 1000;

    /**
     * Creates an object unless the key is taken. Idempotent in effect: a second put of the same key changes nothing.
     *
     * @param key where
     * @param content what; opened once for each attempt, and never after this call has returned
     * @return whether this call created it; never {@code CREATED} twice for one key, unless it was deleted in between
     * @throws StorageException if it could not be written; the key is as it was
     * @throws OutcomeUnknownException if the write may or may not have landed
     */
    PutOutcome putIfAbsent(Key key, Content content);

    /**
     * Finds an object.
     *
     * @param key where
     * @return a handle to read it by, or empty if the key is absent
     * @throws StorageException if the storage could not be read
     */
    Optional<StoredObject> get(Key key);

    /**
     * Lists keys in ascending order of their characters.
     *
     * @param prefix the folder to list, with everything below it
     * @param after list only keys greater than this one, or null to begin at the first; it need not exist
     * @param limit the most keys wanted, 1 to {@link #MAX_PAGE}
     * @return a page; keys created or deleted meanwhile may or may not be in it
     * @throws IllegalArgumentException if the limit is out of range
     * @throws StorageException if the storage could not be read
     * @throws CorruptionException if the storage holds something under the prefix that is no object of ours and cannot
     *     be passed over
     */
    KeyPage list(Prefix prefix, @Nullable Key after, int limit);

    /**
     * Deletes an object, if it is there. For the collection of garbage only: nothing that a log can refer to may be
     * deleted.
     *
     * @param key where
     * @throws StorageException if it could not be deleted
     */
    void delete(Key key);

    /** Frees what the store holds open. Objects stay. Closing twice does nothing. */
    @Override
    void close();
}
