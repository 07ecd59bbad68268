package io.mlops4j.benchmarks;

import io.mlops4j.model.Digest;
import io.mlops4j.store.BlobStore;
import io.mlops4j.store.Content;
import io.mlops4j.store.s3.S3Bucket;
import io.mlops4j.store.s3.S3ObjectStore;
import io.mlops4j.store.s3.S3Server;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * What does it cost to store a blob of 200 MB in a bucket, beside the SDK's own transfer of the same file with its own
 * settings?
 *
 * <p>A blob is named by its SHA-256, so {@code sdkSha256} is the rival: it too has the content's SHA-256 taken, and
 * kept by the server. {@code sdkCrc32}, what the SDK does unasked, says what that costs. The server is a process of
 * its own on this machine, with its objects in memory where that is possible, so that no disk is measured; it answers in plain HTTP, for which the SDK signs every payload.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar S3Publish}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@SuppressWarnings("missing-explicit-ctor")
public class S3PublishBenchmark {
    private static final int MEGABYTES = 200;

    /** A file that is another one in each invocation, and a server. */
    @State(Scope.Benchmark)
    public static class Work {
        private Path folder;
        private Path objects;
        private Path file;
        private S3Server server;
        private S3Bucket bucket;
        private S3ObjectStore store;
        private S3Client sdk;
        private long invocation;

        /** Writes the file, starts the server and connects to it. */
        @Setup
        public void make() throws IOException {
            folder = Files.createTempDirectory("s3publish");
            file = folder.resolve("weights.bin");
            byte[] block = new byte[1_000_000];
            new Random(42).nextBytes(block);
            try (var out = Files.newOutputStream(file)) {
                for (int i = 0; i < MEGABYTES; i++) {
                    out.write(block);
                }
            }
            objects = Folders.quick();
            server = S3Server.in(objects);
            bucket = server.bucket();
            store = S3ObjectStore.in(bucket).open();
            sdk = S3Client.builder()
                    .endpointOverride(server.uri())
                    .forcePathStyle(true)
                    .region(Region.US_EAST_1)
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "secret")))
                    .build();
        }

        /** Makes the file one that was never stored, and the bucket empty. */
        @Setup(Level.Invocation)
        public void change() throws IOException {
            invocation++;
            try (var out = new RandomAccessFile(file.toFile(), "rw")) {
                out.writeLong(invocation);
                out.getFD().sync();
            }
            sdk.listObjectsV2(list -> list.bucket(S3Server.BUCKET))
                    .contents()
                    .forEach(object -> sdk.deleteObject(
                            delete -> delete.bucket(S3Server.BUCKET).key(object.key())));
        }

        void transfer(ChecksumAlgorithm checksum) {
            var request = PutObjectRequest.builder()
                    .bucket(S3Server.BUCKET)
                    .key("weights-" + invocation)
                    .checksumAlgorithm(checksum)
                    .build();
            sdk.putObject(request, RequestBody.fromFile(file));
        }

        /** Stops the server and removes all of it. */
        @TearDown
        public void remove() throws IOException {
            sdk.close();
            store.close();
            bucket.close();
            server.close();
            Folders.delete(folder);
            Folders.delete(objects);
        }
    }

    /**
     * Stores a blob that the bucket does not have.
     *
     * @param work the file
     * @return its digest
     */
    @Benchmark
    public Digest publish(Work work) throws IOException {
        return BlobStore.in(work.store).put(Content.of(work.file));
    }

    /**
     * The SDK's transfer, with SHA-256.
     *
     * @param work the file
     */
    @Benchmark
    public void sdkSha256(Work work) {
        work.transfer(ChecksumAlgorithm.SHA256);
    }

    /**
     * The SDK's transfer, with CRC-32, which it takes unasked.
     *
     * @param work the file
     */
    @Benchmark
    public void sdkCrc32(Work work) {
        work.transfer(ChecksumAlgorithm.CRC32);
    }
}
