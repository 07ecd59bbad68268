package io.mlops4j.store.s3;

import static java.util.Objects.requireNonNull;

import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.KeyPage;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import io.mlops4j.store.StoredObject;
import io.mlops4j.store.s3.S3ObjectStoreBuilder.Access;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/**
 * An {@link ObjectStore} in a bucket of S3 or of a server that speaks its protocol, for any number of threads,
 * processes and machines at once.
 *
 * <p>Objects are created by conditional writes ({@code If-None-Match: *}) and never overwritten. When a reply is lost,
 * the store looks by a mark in the object's metadata whose write is there; only if that fails too, or no attempt
 * shows, is the outcome unknown. The server must list in the order of names, be consistent, as S3 has been since 2020,
 * and keep the condition both of PutObject and of CompleteMultipartUpload, which is tried at opening. Credentials need
 * s3:GetObject, s3:PutObject and s3:ListBucket, and s3:DeleteObject where garbage is collected.
 *
 * <p>A create and a delete of one key at the same time may leave the object there, if a request of the create was
 * repeated or late: over a network, an object that was deleted meanwhile looks like one that never was.
 *
 * <p>Calls are tried six times at most, over some seconds. A put of up to one part holds its content in memory; a
 * longer one is streamed. Up to 100 MB, unless told otherwise, cost one request; more is sent in parts, and aborted when
 * it fails. What a process that dies leaves of an upload is not seen by anyone, but costs storage: give the bucket a
 * lifecycle rule with AbortIncompleteMultipartUpload, of a day or more. In a bucket with versions, a delete leaves the
 * old version to the bucket's rules.
 *
 * <p>A stream that breaks is resumed where it broke, if the object is still the same. Objects in the bucket whose
 * names are no keys are passed over.
 *
 * <p>Thread-safe.
 */
public final class S3ObjectStore implements ObjectStore {
    private final Connection connection;
    private final ObjectNames names;
    private final PartSizes sizes;
    private final Access access;
    private volatile boolean closed;

    S3ObjectStore(Connection connection, Prefix root, PartSizes sizes, Access access) {
        this.connection = connection;
        this.names = new ObjectNames(root);
        this.sizes = sizes;
        this.access = access;
    }

    /**
     * Begins to describe a store in a bucket.
     *
     * @param bucket stays open when the store is closed
     * @return a builder
     */
    public static S3ObjectStoreBuilder in(S3Bucket bucket) {
        return new S3ObjectStoreBuilder(bucket.connection());
    }

    @Override
    public PutOutcome putIfAbsent(Key key, Content content) {
        String name = name(key);
        requireNonNull(content, "content");
        requireWritable("store " + name);
        long size = content.size();
        if (size < 0) {
            throw new IllegalArgumentException("Invalid content size " + size + ": expected 0 or more");
        }
        return size <= sizes.bytes() ? putSmall(name, content, (int) size) : putLarge(name, content, size);
    }

    private PutOutcome putSmall(String name, Content content, int size) {
        byte[] bytes;
        try {
            bytes = Contents.bytes(content, size);
        } catch (IOException e) {
            throw new StorageException("Cannot store " + name + " in " + connection.where() + ": " + e, e);
        }
        return new SmallPut(connection, name, bytes).settle();
    }

    /** Looks first: to send much only to hear that it is there would be a waste. */
    private PutOutcome putLarge(String name, Content content, long size) {
        if (head(name).isPresent()) {
            return PutOutcome.EXISTS;
        }
        return size <= sizes.above()
                ? new StreamedPut(connection, name, content, size).settle()
                : new LargePut(connection, name, content, sizes.forSize(size)).put();
    }

    @Override
    public Optional<StoredObject> get(Key key) {
        String name = name(key);
        return head(name).map(head -> new StoredS3Object(connection, name, head.contentLength(), head.eTag()));
    }

    private Optional<HeadObjectResponse> head(String name) {
        try {
            return connection.retries().idempotent(() -> Requests.head(connection, name));
        } catch (SdkException e) {
            throw S3Errors.failed("Reading " + name, connection, e);
        }
    }

    @Override
    public KeyPage list(Prefix prefix, @Nullable Key after, int limit) {
        requireOpen();
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("Invalid limit " + limit + ": expected 1 to " + MAX_PAGE);
        }
        return new S3Listing(connection, names, prefix, limit).after(after);
    }

    @Override
    public void delete(Key key) {
        String name = name(key);
        requireWritable("delete " + name);
        try {
            connection.client().deleteObject(request -> request.bucket(connection.bucket())
                    .key(name));
        } catch (SdkException e) {
            throw Failure.of(e) == Failure.UNCLEAR
                    ? S3Errors.unknown("Deleting " + name, connection, e)
                    : S3Errors.failed("Deleting " + name, connection, e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Unlike the answer to a question for an object, that to a listing says whether there is a bucket at all. */
    void requireBucket() {
        var request = ListObjectsV2Request.builder()
                .bucket(connection.bucket())
                .prefix(names.of(Prefix.all()))
                .maxKeys(1)
                .build();
        try {
            connection.retries().idempotent(() -> connection.client().listObjectsV2(request));
        } catch (SdkException e) {
            throw S3Errors.failed("Opening a store", connection, e);
        }
    }

    private String name(Key key) {
        requireOpen();
        return names.of(requireNonNull(key, "key"));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The store in " + connection.where() + " is closed");
        }
    }

    private void requireWritable(String act) {
        if (access == Access.READ_ONLY) {
            throw new StorageException(
                    "Cannot " + act + " in " + connection.where() + ": the store was opened to read only");
        }
    }

    @Override
    public String toString() {
        return "S3ObjectStore[" + names.root() + " in " + connection.where() + "]";
    }
}
