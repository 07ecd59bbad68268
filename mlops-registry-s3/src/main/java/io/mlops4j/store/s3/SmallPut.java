package io.mlops4j.store.s3;

import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Content that fits into one request, and into memory.
 *
 * <p>Confined to one thread at a time.
 */
final class SmallPut extends ConditionalCreate {
    private final byte[] bytes;

    SmallPut(Connection connection, String name, byte[] bytes) {
        super(connection, name);
        this.bytes = bytes;
    }

    @Override
    void send() {
        var request = PutObjectRequest.builder()
                .bucket(connection.bucket())
                .key(name)
                .metadata(metadata())
                .ifNoneMatch(Requests.IF_ABSENT)
                .checksumCRC32(Requests.checksum(connection, bytes, bytes.length))
                .build();
        connection.client().putObject(request, Requests.body(bytes, bytes.length));
    }
}
