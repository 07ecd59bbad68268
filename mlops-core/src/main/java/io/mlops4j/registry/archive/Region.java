package io.mlops4j.registry.archive;

import io.mlops4j.store.Content;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A part of a file that is open already; reading it moves no position but its own stream's. */
record Region(FileChannel channel, long from, long size) implements Content {
    @Override
    public InputStream open() {
        return new Stream(channel, from, from + size);
    }

    /** Confined to one thread at a time. */
    private static final class Stream extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long at;

        Stream(FileChannel channel, long at, long end) {
            this.channel = channel;
            this.at = at;
            this.end = end;
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
            if (at == end) {
                return -1;
            }
            int n = channel.read(ByteBuffer.wrap(buffer, offset, (int) Math.min(length, end - at)), at);
            if (n < 0) {
                throw new EOFException("The file was cut at byte " + at + ", expected " + end);
            }
            at += n;
            return n;
        }
    }
}
