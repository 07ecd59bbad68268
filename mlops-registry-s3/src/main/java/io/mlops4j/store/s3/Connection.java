package io.mlops4j.store.s3;

import software.amazon.awssdk.services.s3.S3Client;

/**
 * What every call needs.
 *
 * <p>Thread-safe.
 *
 * @param client sends the requests
 * @param bucket the bucket's name
 * @param where the bucket and its server, for messages
 * @param retries how often a call is tried
 * @param checksums what the server is sent to check by
 */
record Connection(S3Client client, String bucket, String where, Retries retries, Checksums checksums) {}
