package io.mlops4j.store.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Parts of requests that several calls share. */
final class Requests {
    /** The condition under which everything is created. */
    static final String IF_ABSENT = "*";

    /** What is sent is bytes, whatever they mean. */
    static final String TYPE = "application/octet-stream";

    private static final int BUFFER = 1 << 16;

    private Requests() {}

    /** Asks once for what is known of an object; empty if there is none. */
    static Optional<HeadObjectResponse> head(Connection connection, String name) {
        var request = HeadObjectRequest.builder()
                .bucket(connection.bucket())
                .key(name)
                .build();
        try {
            return Optional.of(connection.client().headObject(request));
        } catch (S3Exception e) {
            if (Failure.of(e) == Failure.ABSENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The first bytes of an array, not copied: an SDK's body would be. */
    static RequestBody body(byte[] bytes, int length) {
        return RequestBody.fromContentProvider(() -> new ByteArrayInputStream(bytes, 0, length), length, TYPE);
    }

    /** The CRC-32 of the first bytes of an array as S3 wants it, or null if it is not to be sent. */
    static @Nullable String checksum(Connection connection, byte[] bytes, int length) {
        if (connection.checksums() == Checksums.OMITTED) {
            return null;
        }
        var crc = new CRC32();
        crc.update(bytes, 0, length);
        return text(crc);
    }

    /** The CRC-32 of a stream, which is read to its end, as S3 wants it; or null, and nothing is read, if it is not sent. */
    static @Nullable String checksum(Connection connection, InputStream in) throws IOException {
        if (connection.checksums() == Checksums.OMITTED) {
            return null;
        }
        var crc = new CRC32();
        byte[] buffer = new byte[BUFFER];
        for (int n; (n = in.read(buffer)) >= 0; ) {
            crc.update(buffer, 0, n);
        }
        return text(crc);
    }

    private static String text(CRC32 crc) {
        byte[] four =
                ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
        return Base64.getEncoder().encodeToString(four);
    }
}
