package io.mlops4j.store;

import io.mlops4j.StorageException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A handle to an object that was found. It holds nothing open; each read opens a stream of its own.
 *
 * <p>Implementations must be thread-safe.
 */
public interface StoredObject {
    /**
     * The object's length.
     *
     * @return in bytes
     */
    long size();

    /**
     * Opens the whole object.
     *
     * @return a stream; the caller closes it
     * @throws StorageException if the storage could not be read, or the object is gone
     */
    default InputStream open() {
        return open(0, size());
    }

    /**
     * Opens a range of the object.
     *
     * @param offset the first byte, 0 to {@code size()}
     * @param length how many bytes; offset and length must lie within the object
     * @return a stream of exactly that many bytes; the caller closes it
     * @throws IndexOutOfBoundsException if the range reaches outside the object
     * @throws StorageException if the storage could not be read, or the object is gone
     */
    InputStream open(long offset, long length);

    /**
     * Reads the whole object into memory.
     *
     * @param limit the most bytes that the caller is ready to hold
     * @return the bytes
     * @throws StorageException if the storage could not be read, or the object is longer than the limit
     */
    default byte[] bytes(int limit) {
        if (size() > limit) {
            throw new StorageException("Cannot read an object of " + size() + " bytes: the limit is " + limit);
        }
        try (InputStream in = open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new StorageException("Cannot read an object of " + size() + " bytes", e);
        }
    }
}
