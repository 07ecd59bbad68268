package io.mlops4j.store;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Content-addressed blobs in an {@link ObjectStore}: the key of a blob is its SHA-256
 * ({@code blobs/sha256/ab/cdef…}), so that equal content is stored once, and nobody can swap what a digest names
 * without being found out. Content is streamed; no blob is held in memory as a whole unless a caller asks for bytes.
 *
 * <p>Thread-safe.
 */
public final class BlobStore {
    private static final String FOLDER = "blobs/sha256";

    private static final int ROUNDS = 3;

    private final ObjectStore store;
    private final GarbageMarks marks;

    private BlobStore(ObjectStore store, Clock clock) {
        this.store = requireNonNull(store, "store");
        this.marks = GarbageMarks.in(store, clock);
    }

    /**
     * Opens the blobs of a store.
     *
     * @param store stays open when the blobs are no longer used; its owner closes it
     * @return the blobs
     */
    public static BlobStore in(ObjectStore store) {
        return in(store, Clock.systemUTC());
    }

    /**
     * Opens the blobs of a store.
     *
     * @param store stays open when the blobs are no longer used; its owner closes it
     * @param clock tells whether a collector of garbage that stopped half-way has died
     * @return the blobs
     */
    public static BlobStore in(ObjectStore store, Clock clock) {
        return new BlobStore(store, clock);
    }

    /**
     * Stores a blob. If it is there already, this costs its digest and no more. Otherwise the content is read a second
     * time to store it, and the put fails if it is not the same then.
     *
     * @param content the bytes
     * @return their digest; the blob is durable
     * @throws StorageException if the content cannot be read, changes while it is read, or cannot be written
     * @throws io.mlops4j.OverloadedException if the same content was garbage and is being collected at this moment; put
     *     it again after a while
     * @throws io.mlops4j.OutcomeUnknownException if it may or may not have been stored; put it again
     */
    public Digest put(Content content) {
        Fingerprint fingerprint;
        try {
            fingerprint = Fingerprint.of(content);
        } catch (IOException e) {
            throw new StorageException("Cannot store a blob: its content cannot be read", e);
        }
        return put(fingerprint.digest(), new FingerprintedContent(content, fingerprint));
    }

    /** Puts until no collector of garbage can delete what was put; {@link GarbageMarks} tells how, and why. */
    private Digest put(Digest digest, Content content) {
        for (int round = 0; round < ROUNDS; round++) {
            PutOutcome outcome = store.putIfAbsent(key(digest), content);
            if (marks.spare(digest)) {
                store.putIfAbsent(key(digest), content);
                return digest;
            }
            if (outcome == PutOutcome.CREATED || contains(digest)) {
                return digest;
            }
        }
        throw new StorageException("Cannot store blob " + digest + ": it was deleted " + ROUNDS + " times meanwhile");
    }

    /**
     * Opens a blob for reading. The stream checks the digest as it goes: it throws an {@link IOException} caused by a
     * {@link CorruptionException} at its end if the bytes are not what the digest names.
     *
     * @param digest names the blob
     * @return a stream; the caller closes it
     * @throws NotFoundException if there is no such blob
     * @throws StorageException if the storage could not be read
     */
    public InputStream open(Digest digest) {
        return new VerifyingStream(find(digest).open(), digest);
    }

    /**
     * Reads a blob into memory and checks it.
     *
     * @param digest names the blob
     * @param limit the most bytes that the caller is ready to hold
     * @return the bytes
     * @throws NotFoundException if there is no such blob
     * @throws CorruptionException if the bytes are not what the digest names
     * @throws StorageException if the storage could not be read, or the blob is longer than the limit
     */
    public byte[] bytes(Digest digest, int limit) {
        byte[] bytes = find(digest).bytes(limit);
        Digest actual = Digest.of(bytes);
        if (!actual.equals(digest)) {
            throw corrupt(digest, actual);
        }
        return bytes;
    }

    /**
     * Whether a blob is there; its bytes are not checked.
     *
     * @param digest names the blob
     * @return true if it is stored
     */
    public boolean contains(Digest digest) {
        return store.get(key(digest)).isPresent();
    }

    /**
     * The length of a blob.
     *
     * @param digest names the blob
     * @return in bytes
     * @throws NotFoundException if there is no such blob
     */
    public long size(Digest digest) {
        return find(digest).size();
    }

    private StoredObject find(Digest digest) {
        return store.get(key(digest))
                .orElseThrow(() -> new NotFoundException("There is no blob " + digest + " in this store"));
    }

    private static Key key(Digest digest) {
        String hex = digest.hex();
        return Key.of(FOLDER, hex.substring(0, 2), hex.substring(2));
    }

    private static CorruptionException corrupt(Digest expected, Digest actual) {
        return new CorruptionException("Blob " + expected + " is corrupt: its bytes have " + actual);
    }

    /** Confined to one thread at a time. */
    private static final class VerifyingStream extends FilterInputStream {
        private final Digest expected;
        private @Nullable MessageDigest sha;

        VerifyingStream(InputStream in, Digest expected) {
            this(in, Digest.sha256(), expected);
        }

        private VerifyingStream(InputStream in, MessageDigest sha, Digest expected) {
            super(new DigestInputStream(in, sha));
            this.sha = sha;
            this.expected = expected;
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            check(b < 0);
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = super.read(buffer, offset, length);
            check(n < 0);
            return n;
        }

        /** Reads what it skips: bytes that were not digested could not be vouched for. */
        @Override
        public long skip(long n) throws IOException {
            return readNBytes((int) Math.min(n, 1 << 16)).length;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private void check(boolean atEnd) throws IOException {
            if (atEnd && sha != null) {
                Digest actual = Digest.of(sha);
                sha = null;
                if (!actual.equals(expected)) {
                    CorruptionException cause = corrupt(expected, actual);
                    throw new IOException(cause.getMessage(), cause);
                }
            }
        }
    }
}
