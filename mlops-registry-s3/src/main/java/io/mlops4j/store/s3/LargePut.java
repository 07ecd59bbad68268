package io.mlops4j.store.s3;

import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.PutOutcome;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;

/**
 * Content sent in parts. The object comes into being when the upload is completed, which is where the condition is;
 * until then nobody sees anything of it.
 *
 * <p>An upload that is known to have failed is aborted, so that its parts cost nothing more. One that may have been
 * completed, or may yet be, is left alone; so is one whose abort fails, or whose process dies. Buckets remove such
 * uploads by a lifecycle rule (AbortIncompleteMultipartUpload).
 *
 * <p>Confined to one thread at a time.
 */
final class LargePut extends ConditionalCreate {
    private final Content content;
    private final PartSizes sizes;
    private String uploadId = "";
    private List<CompletedPart> parts = List.of();

    LargePut(Connection connection, String name, Content content, PartSizes sizes) {
        super(connection, name);
        this.content = content;
        this.sizes = sizes;
    }

    /** Uploads the content and creates the object of it. */
    PutOutcome put() {
        begin();
        PutOutcome outcome;
        try {
            parts = new PartUploads(connection, name, uploadId, sizes).send(content);
            outcome = settle();
        } catch (SdkException e) {
            abort();
            throw S3Errors.failed(act(), connection, e);
        } catch (StorageException | IllegalStateException | IllegalArgumentException e) {
            abort();
            throw e;
        }
        if (outcome == PutOutcome.EXISTS) {
            abort();
        }
        return outcome;
    }

    private void begin() {
        var request = CreateMultipartUploadRequest.builder()
                .bucket(connection.bucket())
                .key(name)
                .metadata(metadata())
                .contentType("application/octet-stream");
        if (connection.checksums() == Checksums.SENT) {
            request.checksumAlgorithm(ChecksumAlgorithm.CRC32);
        }
        try {
            uploadId = connection
                    .retries()
                    .idempotent(() -> connection.client().createMultipartUpload(request.build()))
                    .uploadId();
        } catch (SdkException e) {
            throw S3Errors.failed(act(), connection, e);
        }
    }

    @Override
    void send() {
        connection
                .client()
                .completeMultipartUpload(CompleteMultipartUploadRequest.builder()
                        .bucket(connection.bucket())
                        .key(name)
                        .uploadId(uploadId)
                        .ifNoneMatch(Requests.IF_ABSENT)
                        .multipartUpload(upload -> upload.parts(parts))
                        .build());
    }

    private void abort() {
        var request = AbortMultipartUploadRequest.builder()
                .bucket(connection.bucket())
                .key(name)
                .uploadId(uploadId)
                .build();
        try {
            connection.retries().idempotent(() -> connection.client().abortMultipartUpload(request));
        } catch (SdkException e) {
            // It takes some room until the bucket's lifecycle rule removes it, and stands in nobody's way.
        }
    }
}
