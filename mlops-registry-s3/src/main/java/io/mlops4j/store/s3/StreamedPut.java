package io.mlops4j.store.s3;

import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Content that fits into one request, but is not held in memory: it is read once for its checksum, if one is sent, and
 * again by each attempt. A body that breaks off creates nothing; nor does one that is not what it was when it was read for
 * its checksum, as the server refuses it. Where no checksum is sent, only its length is held to.
 *
 * <p>Confined to one thread at a time.
 */
final class StreamedPut extends ConditionalCreate {
    private final Content content;
    private final long size;
    private final @Nullable String checksum;
    private @Nullable ExactStream stream;

    /**
     * Reads the content for its checksum, if one is to be sent.
     *
     * @throws StorageException if it cannot be read, or is not as long as it said
     */
    StreamedPut(Connection connection, String name, Content content, long size) {
        super(connection, name);
        this.content = content;
        this.size = size;
        try (InputStream in = new ExactStream(content.open(), size)) {
            this.checksum = Requests.checksum(connection, in);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    void send() {
        var request = PutObjectRequest.builder()
                .bucket(connection.bucket())
                .key(name)
                .metadata(metadata())
                .ifNoneMatch(Requests.IF_ABSENT)
                .checksumCRC32(checksum)
                .build();
        try {
            connection.client().putObject(request, RequestBody.fromContentProvider(this::open, size, Requests.TYPE));
        } catch (SdkException | UncheckedIOException e) {
            Optional<IOException> cause = Optional.ofNullable(stream).flatMap(ExactStream::failure);
            if (cause.isPresent()) {
                throw unreadable(cause.get());
            }
            throw e;
        } finally {
            close();
        }
    }

    /** The SDK asks for the content once to sign it, where it does, and once to send it. */
    private InputStream open() {
        close();
        try {
            stream = new ExactStream(content.open(), size);
            return stream;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private void close() {
        if (stream != null) {
            try {
                stream.close();
            } catch (IOException e) {
                // All that was needed of it was read, or its failure is known.
            }
        }
    }

    private StorageException unreadable(IOException e) {
        return new StorageException("Cannot store " + name + " in " + connection.where() + ": " + e, e);
    }
}
