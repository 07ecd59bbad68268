package io.mlops4j.store.s3;

import io.mlops4j.model.Digest;
import io.mlops4j.store.BlobStore;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;

/** A program that stores a blob and fetches it, in a heap much smaller than the blob. */
final class HugeArtifact {
    private HugeArtifact() {}

    /** Arguments: a folder or an {@code http} URI, then the size in bytes. Prints times and the heap's bound. */
    public static void main(String[] args) throws IOException {
        long size = Long.parseLong(args[1]);
        if (args[0].startsWith("http")) {
            try (S3Bucket bucket = S3Server.to(URI.create(args[0])).open();
                    ObjectStore store = S3ObjectStore.in(bucket).open()) {
                storeAndFetch(store, size);
            }
        } else {
            try (ObjectStore store = FileObjectStore.open(Path.of(args[0]))) {
                storeAndFetch(store, size);
            }
        }
    }

    private static void storeAndFetch(ObjectStore store, long size) throws IOException {
        BlobStore blobs = BlobStore.in(store);
        long start = System.nanoTime();
        Digest digest = blobs.put(new Synthetic(size));
        long stored = System.nanoTime();
        long bytes;
        try (InputStream in = blobs.open(digest)) {
            bytes = in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        long fetched = System.nanoTime();
        System.out.println("FETCHED " + bytes + " stored in " + (stored - start) / 1_000_000 + " ms, fetched in "
                + (fetched - stored) / 1_000_000 + " ms, heap of "
                + (Runtime.getRuntime().maxMemory() >> 20)
                + " MiB");
    }

    /** Bytes that are made as they are read; no block is like another. */
    record Synthetic(long size) implements Content {
        @Override
        public InputStream open() {
            return new Stream(size);
        }
    }

    /** Confined to one thread at a time. */
    private static final class Stream extends InputStream {
        private final byte[] block = new byte[1 << 16];
        private final long size;
        private long at;

        Stream(long size) {
            this.size = size;
            new SplittableRandom(7).nextBytes(block);
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            if (at == size) {
                return -1;
            }
            int from = (int) (at % block.length);
            ByteBuffer.wrap(block).putLong(0, at / block.length);
            int n = (int) Math.min(Math.min(length, block.length - from), size - at);
            System.arraycopy(block, from, buffer, offset, n);
            at += n;
            return n;
        }
    }
}
