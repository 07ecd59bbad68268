package io.mlops4j.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/**
 * The steps by which {@link FileObjectStore} changes a disk, and nothing else: every durable change goes through these
 * few calls, so that a test can make each of them fail, or replay what a crash between them leaves behind.
 *
 * <p>None of the calls gives up because its thread is interrupted.
 *
 * <p>Implementations must be thread-safe.
 */
interface FileOperations {
    /**
     * Creates an empty file to be written.
     *
     * @param file must not exist, not even as a symbolic link
     * @throws FileAlreadyExistsException if it exists
     */
    NewFile create(Path file) throws IOException;

    /**
     * Gives a file a second name, atomically.
     *
     * @param name must not exist
     * @param file the file
     * @throws FileAlreadyExistsException if the name exists; it is as it was
     * @throws UnsupportedOperationException if the file system has no hard links
     */
    void link(Path name, Path file) throws IOException;

    /** Removes a name if it is there. */
    void unlink(Path name) throws IOException;

    /**
     * Creates a folder in an existing one.
     *
     * @throws FileAlreadyExistsException if the name exists, as whatever
     */
    void mkdir(Path folder) throws IOException;

    /**
     * Opens a folder so that its entries can be forced. Opened before the change that is to be forced, so that running
     * out of file handles cannot come between the two.
     */
    Folder open(Path folder) throws IOException;

    /** A file being written. Confined to one thread at a time. */
    interface NewFile extends Closeable {
        /** Appends all of the bytes. */
        void write(byte[] buffer, int length) throws IOException;

        /** Makes content and length durable. */
        void force() throws IOException;
    }

    /** An open folder. Confined to one thread at a time. */
    interface Folder extends AutoCloseable {
        /** Makes the folder's entries durable. */
        void force() throws IOException;

        /** Never fails: nothing depends on it. */
        @Override
        void close();
    }
}
