package io.mlops4j.store;

import io.mlops4j.StorageException;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;

/**
 * An object that is a file.
 *
 * <p>Thread-safe.
 *
 * @param path a regular file when it was found
 * @param size its length in bytes
 */
record FileObject(Path path, long size) implements StoredObject {
    @Override
    public InputStream open(long offset, long length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ size);
        try {
            InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS);
            return new Range(skipped(in, offset), path, length);
        } catch (IOException e) {
            throw new StorageException("Cannot read " + path + ": " + e, e);
        }
    }

    private InputStream skipped(InputStream in, long offset) throws IOException {
        try {
            requireSame(in);
            in.skipNBytes(offset);
            return in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** Or the object was deleted and another one stored under its name, of which the old length would show a part. */
    private void requireSame(InputStream in) throws IOException {
        int there = in.available(); // of a file: all of it
        if (there != Math.min(size, Integer.MAX_VALUE)) {
            throw new IOException("it has " + there + " bytes, and had " + size);
        }
    }

    /** Exactly the bytes of a range, or an exception: never quietly fewer. Confined to one thread at a time. */
    private static final class Range extends FilterInputStream {
        private final Path path;
        private long left;

        Range(InputStream in, Path path, long length) {
            super(in);
            this.path = path;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                return -1;
            }
            int b = in.read();
            took(b < 0 ? -1 : 1);
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int n = in.read(buffer, offset, (int) Math.min(length, left));
            took(n);
            return n;
        }

        private void took(int n) throws IOException {
            if (n < 0) {
                throw new EOFException("Cannot read " + path + ": it ends " + left + " bytes too early");
            }
            left -= n;
        }

        @Override
        public long skip(long n) throws IOException {
            long skipped = in.skip(Math.max(0, Math.min(n, left)));
            left -= skipped;
            return skipped;
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(in.available(), left);
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
