package io.mlops4j.store.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Exactly the bytes of a range, or an exception: never quietly fewer. When the connection breaks, the rest is asked
 * for, on the condition that the object is still the same; after several breaks without a byte in between, it fails.
 *
 * <p>Confined to one thread at a time.
 */
final class ResumingStream extends InputStream {
    private final StoredS3Object object;
    private long at;
    private long left;
    private int breaks;
    private @Nullable ResponseInputStream<GetObjectResponse> in;

    ResumingStream(StoredS3Object object, long offset, long length) {
        this.object = object;
        at = offset;
        left = length;
        in = object.connection().retries().idempotent(this::request);
    }

    private ResponseInputStream<GetObjectResponse> request() {
        return object.connection()
                .client()
                .getObject(GetObjectRequest.builder()
                        .bucket(object.connection().bucket())
                        .key(object.name())
                        .range("bytes=" + at + "-" + (at + left - 1))
                        .ifMatch(object.tag())
                        .build());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length == 0) {
            return 0;
        }
        while (left > 0) {
            try {
                return took(body().read(buffer, offset, (int) Math.min(length, left)));
            } catch (IOException | SdkException e) {
                resume(e);
            }
        }
        return -1;
    }

    private ResponseInputStream<GetObjectResponse> body() throws IOException {
        if (in == null) {
            throw new IOException("the stream is closed");
        }
        return in;
    }

    private int took(int n) throws IOException {
        if (n < 0) {
            throw new EOFException("the reply ends " + left + " bytes too early");
        }
        at += n;
        left -= n;
        breaks = 0;
        return n;
    }

    private void resume(Exception reason) throws IOException {
        if (in == null || !object.connection().retries().pause(++breaks)) {
            throw broken(reason);
        }
        in.abort();
        try {
            in = object.connection().retries().idempotent(this::request);
        } catch (SdkException e) {
            var failure = S3Errors.failed("Reading " + object.name(), object.connection(), e);
            throw new IOException(failure.getMessage(), failure);
        }
    }

    private IOException broken(Exception reason) {
        return new IOException(
                "Reading " + object.name() + " in " + object.connection().where() + " broke off with " + left
                        + " bytes to go: " + reason,
                reason);
    }

    /** Skipped bytes need not be sent, but reading them is simpler, and nothing here skips far. */
    @Override
    public int available() throws IOException {
        return (int) Math.min(body().available(), left);
    }

    /** Leaves no rest to be drained: it may be long. */
    @Override
    public void close() throws IOException {
        ResponseInputStream<GetObjectResponse> open = in;
        in = null;
        if (open == null) {
            return;
        }
        if (left > 0) {
            open.abort();
        } else {
            open.close();
        }
    }
}
