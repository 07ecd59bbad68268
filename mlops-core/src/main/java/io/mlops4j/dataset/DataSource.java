package io.mlops4j.dataset;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.StorageException;
import java.io.InputStream;
import java.util.stream.Stream;

/**
 * Data to read, under names.
 *
 * <pre>{@code
 * try (Stream<DataEntry> entries = source.entries()) {
 *     for (DataEntry entry : (Iterable<DataEntry>) entries::iterator) {
 *         try (InputStream in = source.open(entry)) { … }
 *     }
 * }
 * }</pre>
 *
 * <p>Implementations must be thread-safe. Calls block, and change nothing.
 */
public interface DataSource {
    /**
     * Lists what there is, in ascending order of names, lazily: a source may have more entries than fit into memory.
     * What is added or removed meanwhile may or may not be among them.
     *
     * @return a stream, confined to one thread at a time; the caller closes it. It throws {@link StorageException}
     *     where the source cannot be read, and {@link RejectedInputException} at something that is no data
     * @throws StorageException if the source cannot be read
     */
    Stream<DataEntry> entries();

    /**
     * Opens an entry as it was listed.
     *
     * @param entry from {@link #entries()}, of this source or of an equal one; its name is checked like any text from
     *     outside
     * @return a stream; the caller closes it
     * @throws NotFoundException if it is gone
     * @throws ConflictException if it has changed since it was listed; list again
     * @throws RejectedInputException if the name leads out of the source
     * @throws StorageException if the source cannot be read
     */
    InputStream open(DataEntry entry);
}
