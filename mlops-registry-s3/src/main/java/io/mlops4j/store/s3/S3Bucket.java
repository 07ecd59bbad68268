package io.mlops4j.store.s3;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import java.net.URI;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ServiceClientConfiguration;

/**
 * A connection to one bucket, for any number of stores and data sources.
 *
 * <pre>{@code
 * try (var bucket = S3Bucket.named("models").inRegion("eu-central-1").open();
 *         var store = S3ObjectStore.in(bucket).open()) {
 *     var registry = StoreRegistry.open(store, Clock.systemUTC());
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class S3Bucket implements AutoCloseable {
    /** What S3 allows; old buckets may have capitals and underscores, and other servers are no stricter. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

    private final Connection connection;
    private final Ownership ownership;

    /** Who closes the client. */
    enum Ownership {
        OURS,
        CALLERS
    }

    S3Bucket(S3Client client, String name, Retries retries, Checksums checksums, Ownership ownership) {
        connection = new Connection(client, name, where(client, name), retries, checksums);
        this.ownership = ownership;
    }

    /**
     * Begins to describe a bucket.
     *
     * @param name the bucket's name
     * @return a builder
     * @throws IllegalArgumentException if no bucket can have this name
     */
    public static S3BucketBuilder named(String name) {
        return new S3BucketBuilder(checked(name));
    }

    /**
     * Uses a client of the caller's. What it retries by itself does no harm; failing that, calls are retried here.
     *
     * @param client stays open when the bucket is closed
     * @param name the bucket's name
     * @return the bucket
     * @throws IllegalArgumentException if no bucket can have this name
     */
    public static S3Bucket using(S3Client client, String name) {
        return new S3Bucket(
                requireNonNull(client, "client"), checked(name), Retries.usual(), Checksums.SENT, Ownership.CALLERS);
    }

    private static String checked(String name) {
        if (!NAME.matcher(requireNonNull(name, "name")).matches()) {
            throw new IllegalArgumentException("Invalid bucket name " + Text.quote(name)
                    + ": expected 2 to 255 letters, digits, dots, dashes and underscores");
        }
        return name;
    }

    private static String where(S3Client client, String name) {
        S3ServiceClientConfiguration configuration = client.serviceClientConfiguration();
        return "bucket " + name + " at "
                + configuration
                        .endpointOverride()
                        .map(URI::toString)
                        .orElseGet(() -> "S3 in " + configuration.region());
    }

    Connection connection() {
        return connection;
    }

    /** Closes the client, unless it is the caller's. Closing twice does nothing. */
    @Override
    public void close() {
        if (ownership == Ownership.OURS) {
            connection.client().close();
        }
    }

    @Override
    public String toString() {
        return "S3Bucket[" + connection.where() + "]";
    }
}
