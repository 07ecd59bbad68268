package io.mlops4j.store;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * Bytes to be stored: their number, and a way to read them from the start, more than once if need be.
 *
 * <p>Implementations must give the same bytes each time; a store that reads fewer or more than {@link #size()} fails
 * the put.
 */
public interface Content {
    /**
     * How many bytes there are.
     *
     * @return zero or more
     */
    long size();

    /**
     * Opens the bytes from the start.
     *
     * @return a stream; whoever opened it closes it
     * @throws IOException if the source cannot be read
     */
    InputStream open() throws IOException;

    /**
     * Bytes in memory.
     *
     * @param bytes the bytes; not copied, so leave them as they are until they are stored
     * @return the content
     */
    static Content of(byte[] bytes) {
        requireNonNull(bytes, "bytes");
        return new Content() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }

    /**
     * A file. Its size is taken now; if the file changes before it is stored, the put fails. The file may have other
     * names (hard links): what is stored is a copy.
     *
     * @param file a regular file; a symbolic link to one is followed now, and not again later
     * @return the content
     * @throws IOException if there is no such file, or it is something other than a regular file
     */
    static Content of(Path file) throws IOException {
        return FileContent.of(file);
    }
}
