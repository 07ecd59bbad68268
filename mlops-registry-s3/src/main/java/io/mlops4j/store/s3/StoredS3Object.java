package io.mlops4j.store.s3;

import io.mlops4j.store.StoredObject;
import java.io.InputStream;
import java.util.Objects;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * An object that was found.
 *
 * <p>Thread-safe.
 *
 * @param connection where it is
 * @param name its full name in the bucket
 * @param size its length in bytes
 * @param tag what the server calls this very content; every read insists on it
 */
record StoredS3Object(Connection connection, String name, long size, String tag) implements StoredObject {
    @Override
    public InputStream open(long offset, long length) {
        Objects.checkFromIndexSize(offset, /* size= */ length, /* length= */ size);
        if (length == 0) {
            return InputStream.nullInputStream();
        }
        try {
            return new ResumingStream(this, offset, length);
        } catch (SdkException e) {
            throw S3Errors.failed("Reading " + name, connection, e);
        }
    }
}
