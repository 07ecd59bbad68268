package io.mlops4j.store.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A content's stream that fails where it is shorter or longer than the content said, and remembers how it failed. Who
 * asks for no more than the promised bytes hears of more before the last of them.
 *
 * <p>Confined to one thread at a time.
 */
final class ExactStream extends FilterInputStream {
    private final long size;
    private long read;
    private @Nullable IOException failure;

    ExactStream(InputStream in, long size) {
        super(in);
        this.size = size;
    }

    /** What went wrong while the content was read. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (read == size) {
            return -1;
        }
        try {
            int n = in.read(buffer, offset, (int) Math.min(length, size - read));
            if (n < 0) {
                throw Contents.tooShort(read, size);
            }
            read += n;
            if (read == size) {
                Contents.requireEnd(in, size);
            }
            return n;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Reads what it skips, to count it. */
    @Override
    public long skip(long n) throws IOException {
        return readNBytes((int) Math.min(n, 1 << 16)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
