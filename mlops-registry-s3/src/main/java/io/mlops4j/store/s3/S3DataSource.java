package io.mlops4j.store.s3;

import static java.util.Objects.requireNonNull;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.dataset.DataEntry;
import io.mlops4j.dataset.DataSource;
import io.mlops4j.internal.Text;
import java.io.InputStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The objects of a bucket whose names begin with some text. Their names here are what follows it; names that end in
 * {@code /} stand for folders in consoles and are passed over. Listed a thousand at a time; the order is the server's,
 * which in S3 is that of UTF-8 bytes. The version of an entry is its ETag, and a stream fails rather than go on in
 * another version; one that breaks is resumed.
 *
 * <pre>{@code
 * try (var bucket = S3Bucket.named("rides").inRegion("eu-central-1").open()) {
 *     DataSource rides = S3DataSource.in(bucket, "2026/");
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class S3DataSource implements DataSource {
    private final Connection connection;
    private final String prefix;

    private S3DataSource(Connection connection, String prefix) {
        this.connection = connection;
        this.prefix = prefix;
    }

    /**
     * Reads from a bucket; nothing is sent yet.
     *
     * @param bucket must stay open
     * @param prefix what names begin with, such as {@code rides/2026/}; empty for all
     * @return the source
     */
    public static S3DataSource in(S3Bucket bucket, String prefix) {
        return new S3DataSource(bucket.connection(), requireNonNull(prefix, "prefix"));
    }

    @Override
    public Stream<DataEntry> entries() {
        return Stream.iterate(page(null), page -> page != null, S3DataSource.this::next)
                .flatMap(page -> page.contents().stream())
                .filter(object -> isData(object.key()))
                .map(this::entry);
    }

    private @Nullable ListObjectsV2Response next(ListObjectsV2Response page) {
        return Boolean.TRUE.equals(page.isTruncated()) ? page(page.nextContinuationToken()) : null;
    }

    private ListObjectsV2Response page(@Nullable String token) {
        var request = ListObjectsV2Request.builder()
                .bucket(connection.bucket())
                .prefix(prefix)
                .continuationToken(token)
                .encodingType(EncodingType.URL)
                .build();
        try {
            return connection.retries().idempotent(() -> connection.client().listObjectsV2(request));
        } catch (SdkException e) {
            throw S3Errors.failed("Listing the data under " + Text.quote(prefix), connection, e);
        }
    }

    private boolean isData(String name) {
        return name.length() > prefix.length() && !name.endsWith("/");
    }

    private DataEntry entry(S3Object object) {
        if (!object.key().startsWith(prefix)) {
            throw new RejectedInputException("Cannot list the data under " + Text.quote(prefix) + " in "
                    + connection.where() + ": the server gave " + Text.quote(object.key()));
        }
        return new DataEntry(
                object.key().substring(prefix.length()), object.size(), object.lastModified(), object.eTag());
    }

    @Override
    public InputStream open(DataEntry entry) {
        String name = prefix + entry.name();
        try {
            return entry.size() == 0 ? openEmpty(name, entry) : openRange(name, entry);
        } catch (SdkException e) {
            throw switch (Failure.of(e)) {
                case ABSENT -> absent(name);
                case UNMET -> changed(name);
                default -> S3Errors.failed("Reading " + Text.quote(name), connection, e);
            };
        }
    }

    private InputStream openRange(String name, DataEntry entry) {
        var object = new StoredS3Object(connection, name, entry.size(), entry.version());
        return new ResumingStream(object, 0, entry.size());
    }

    /** There is no range of nothing to ask for. */
    private InputStream openEmpty(String name, DataEntry entry) {
        var head = connection
                .retries()
                .idempotent(() -> Requests.head(connection, name))
                .orElseThrow(() -> absent(name));
        if (!entry.version().equals(head.eTag())) {
            throw changed(name);
        }
        return InputStream.nullInputStream();
    }

    private NotFoundException absent(String name) {
        return new NotFoundException("There is no " + Text.quote(name) + " in " + connection.where());
    }

    private ConflictException changed(String name) {
        return new ConflictException("Cannot open " + Text.quote(name) + " in " + connection.where()
                + ": it has changed since it was listed");
    }

    @Override
    public String toString() {
        return "S3DataSource[" + Text.quote(prefix) + " in " + connection.where() + "]";
    }
}
