package io.mlops4j.store.s3;

import static java.util.Objects.requireNonNull;

import io.mlops4j.StorageException;
import io.mlops4j.store.Prefix;

/**
 * Says how a bucket is used as a store.
 *
 * <p>Confined to one thread at a time.
 */
public final class S3ObjectStoreBuilder {
    /** The smallest part that S3 accepts, other than the last. */
    public static final int MIN_PART_SIZE = 5 << 20;

    /** The most that S3 accepts in one request: 5 GiB. */
    public static final long MAX_IN_ONE = 5L << 30;

    private static final int MAX_PART_SIZE = 1 << 30;
    /** S3 takes names of 1024 bytes: a key, and this much before it. */
    private static final int MAX_PREFIX = 500;

    private final Connection connection;
    private Prefix root = Prefix.all();
    private PartSizes sizes = new PartSizes(100_000_000, 8 << 20, 2);
    private Access access = Access.READ_WRITE;

    S3ObjectStoreBuilder(Connection connection) {
        this.connection = connection;
    }

    /**
     * The folder of the bucket that holds the store. Default: the whole bucket.
     *
     * @param prefix at most 500 characters
     * @return this builder
     * @throws IllegalArgumentException if it is longer
     */
    public S3ObjectStoreBuilder under(Prefix prefix) {
        if (prefix.value().length() > MAX_PREFIX) {
            throw new IllegalArgumentException(
                    "Invalid prefix of " + prefix.value().length() + " characters: expected at most " + MAX_PREFIX);
        }
        root = requireNonNull(prefix, "prefix");
        return this;
    }

    /**
     * Sends content that is longer than this in parts. Default: 100 MB, where AWS begins to advise it: parts are sent
     * side by side, and only the one that is lost on its way is sent again, but each is a request that is paid for.
     *
     * @param bytes 0 to {@link #MAX_IN_ONE}; content of up to one part is sent in one request in any case
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public S3ObjectStoreBuilder inPartsAbove(long bytes) {
        if (bytes < 0 || bytes > MAX_IN_ONE) {
            throw new IllegalArgumentException(
                    "Invalid size " + bytes + " to send in one request: expected 0 to " + MAX_IN_ONE + " bytes");
        }
        sizes = new PartSizes(bytes, sizes.bytes(), sizes.parallel());
        return this;
    }

    /**
     * How large a part is. Default: 8 MiB. Content of up to one part is held in memory while it is stored; of content
     * that is sent in parts, one part more than are sent at a time. Content of more than 10,000 parts gets larger
     * parts.
     *
     * @param bytes {@link #MIN_PART_SIZE} to 2³⁰
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public S3ObjectStoreBuilder withPartSize(int bytes) {
        if (bytes < MIN_PART_SIZE || bytes > MAX_PART_SIZE) {
            throw new IllegalArgumentException(
                    "Invalid part size " + bytes + ": expected " + MIN_PART_SIZE + " to " + MAX_PART_SIZE + " bytes");
        }
        sizes = new PartSizes(sizes.above(), bytes, sizes.parallel());
        return this;
    }

    /**
     * How many parts of one object are sent at a time. Default: 2.
     *
     * @param parts 1 to 16
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public S3ObjectStoreBuilder sendingAtATime(int parts) {
        if (parts < 1 || parts > 16) {
            throw new IllegalArgumentException("Invalid number of parts " + parts + ": expected 1 to 16");
        }
        sizes = new PartSizes(sizes.above(), sizes.bytes(), parts);
        return this;
    }

    /**
     * Only reads: the server need not keep conditions and the credentials need not allow writing; puts and deletes
     * fail.
     *
     * @return this builder
     */
    public S3ObjectStoreBuilder readOnly() {
        access = Access.READ_ONLY;
        return this;
    }

    /**
     * Opens the store. Looks whether the bucket is there and, unless the store only reads, whether the server creates
     * objects only if they are absent; for that it creates an object whose name no key can have, and deletes it.
     *
     * @return the store; the caller closes it, and the bucket after it
     * @throws StorageException if the bucket cannot be used, or the server does not keep what a store rests on
     */
    public S3ObjectStore open() {
        var store = new S3ObjectStore(connection, root, sizes, access);
        store.requireBucket();
        if (access == Access.READ_WRITE) {
            new CapabilityProbe(connection, root).run();
        }
        return store;
    }

    /** What may be done. */
    enum Access {
        READ_WRITE,
        READ_ONLY
    }
}
