package io.mlops4j.store.s3;

import io.mlops4j.StorageException;
import io.mlops4j.internal.Text;
import io.mlops4j.store.Key;
import io.mlops4j.store.KeyPage;
import io.mlops4j.store.Prefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * One page of keys. Names that are no keys are passed over, with as many requests as it takes.
 *
 * <p>Confined to one thread at a time.
 */
final class S3Listing {
    private final Connection connection;
    private final ObjectNames names;
    private final Prefix prefix;
    private final int limit;
    private final List<Key> keys = new ArrayList<>();

    S3Listing(Connection connection, ObjectNames names, Prefix prefix, int limit) {
        this.connection = connection;
        this.names = names;
        this.prefix = prefix;
        this.limit = limit;
    }

    KeyPage after(@Nullable Key key) {
        String last = key == null ? "" : names.of(key);
        while (true) {
            ListObjectsV2Response page = page(last);
            for (var object : page.contents()) {
                last = object.key();
                add(last, key);
            }
            boolean more = Boolean.TRUE.equals(page.isTruncated());
            if (!more || keys.size() == limit) {
                return new KeyPage(keys, more);
            }
            requireProgress(page);
        }
    }

    private ListObjectsV2Response page(String last) {
        var request = ListObjectsV2Request.builder()
                .bucket(connection.bucket())
                .prefix(names.of(prefix))
                .startAfter(last.isEmpty() ? null : last)
                .maxKeys(limit - keys.size())
                .encodingType(EncodingType.URL)
                .build();
        try {
            return connection.retries().idempotent(() -> connection.client().listObjectsV2(request));
        } catch (SdkException e) {
            throw S3Errors.failed("Listing " + names.of(prefix), connection, e);
        }
    }

    private void add(String name, @Nullable Key after) {
        if (!name.startsWith(names.of(prefix))) {
            throw broken("it gave " + Text.quote(name));
        }
        Key key = names.key(name);
        if (key == null) {
            return;
        }
        Key last = keys.isEmpty() ? after : keys.get(keys.size() - 1);
        if (last != null && key.compareTo(last) <= 0) {
            // Some servers and kinds of bucket have another order; a log read there would lack commits.
            throw broken("after " + last + " came " + key + ", expected keys in ascending order");
        }
        keys.add(key);
    }

    private void requireProgress(ListObjectsV2Response page) {
        if (page.contents().isEmpty()) {
            throw broken("the server says that there is more, and gives nothing");
        }
    }

    private StorageException broken(String reason) {
        return new StorageException("Cannot list " + names.of(prefix) + " in " + connection.where() + ": " + reason);
    }
}
