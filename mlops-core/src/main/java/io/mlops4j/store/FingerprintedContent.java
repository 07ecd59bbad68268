package io.mlops4j.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;

/**
 * Content that was read before, and fails when it is not the same any more. Its streams find out before they give the
 * last byte away, as some stores never ask for more than the bytes they were promised.
 */
record FingerprintedContent(Content content, Fingerprint fingerprint) implements Content {
    @Override
    public long size() {
        return content.size();
    }

    @Override
    public InputStream open() throws IOException {
        return new Checking(content.open(), size(), fingerprint.crc());
    }

    /** Confined to one thread at a time. */
    private static final class Checking extends FilterInputStream {
        private final CRC32C crc = new CRC32C();
        private final long expected;
        private long left;

        Checking(InputStream in, long size, long expected) {
            super(in);
            this.left = size;
            this.expected = expected;
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            if (b >= 0) {
                crc.update(b);
                passed(1);
            }
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = super.read(buffer, offset, length);
            if (n > 0) {
                crc.update(buffer, offset, n);
                passed(n);
            }
            return n;
        }

        /** Reads what it skips: bytes that were not looked at could not be vouched for. */
        @Override
        public long skip(long n) throws IOException {
            return readNBytes((int) Math.min(n, 1 << 16)).length;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private void passed(int n) throws IOException {
            left -= n;
            if (left <= 0 && crc.getValue() != expected) {
                throw new IOException("its content changed while it was stored");
            }
        }
    }
}
