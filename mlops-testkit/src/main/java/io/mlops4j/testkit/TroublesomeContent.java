package io.mlops4j.testkit;

import io.mlops4j.store.Content;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Content that need not have the size it says, comes in small pieces, counts its open streams, and may fail after its
 * last byte. Thread-safe.
 */
final class TroublesomeContent implements Content {
    private final byte[] bytes;
    private final long claimed;
    private final AtEnd atEnd;
    private final AtomicInteger openStreams = new AtomicInteger();

    enum AtEnd {
        ENDS,
        FAILS,
        BREAKS
    }

    TroublesomeContent(byte[] bytes, long claimed, AtEnd atEnd) {
        this.bytes = bytes;
        this.claimed = claimed;
        this.atEnd = atEnd;
    }

    @Override
    public long size() {
        return claimed;
    }

    @Override
    public InputStream open() {
        openStreams.incrementAndGet();
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read() throws IOException {
                int b = in.read();
                return b < 0 ? end() : b;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int n = in.read(buffer, offset, Math.min(length, 7));
                return n < 0 ? end() : n;
            }

            @Override
            public void close() {
                openStreams.decrementAndGet();
            }
        };
    }

    int openStreams() {
        return openStreams.get();
    }

    private int end() throws IOException {
        return switch (atEnd) {
            case ENDS -> -1;
            case FAILS -> throw new IOException("the source is gone");
            case BREAKS -> throw new IllegalStateException("the source has a defect");
        };
    }
}
