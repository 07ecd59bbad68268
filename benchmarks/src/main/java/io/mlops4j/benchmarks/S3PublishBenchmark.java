package io.mlops4j.benchmarks;

import io.mlops4j.store.BlobStore;
import io.mlops4j.store.Content;
import io.mlops4j.store.s3.S3Bucket;
import io.mlops4j.store.s3.S3ObjectStore;
import io.mlops4j.store.s3.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
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
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * What does it cost to store a blob in a bucket, beside the SDK's own transfers of the same file with its own settings:
 * 64 MB in one request, and 128 MB in parts?
 *
 * <p>A blob is named by its SHA-256, so the rivals too have the content's SHA-256 taken, and kept by the server; in
 * parts, one SHA-256 a part. The server is a process of its own on this machine. Its objects, like the files, are in
 * memory where that is possible, so that no disk is measured. It is reached as S3 is, over TLS, where the SDK leaves
 * payloads unsigned.
 *
 * <p>The sides take turns, as this machine is not equally fast at all times. The benchmark's own time is that of a turn.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar S3Publish}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
@SuppressWarnings("missing-explicit-ctor")
public class S3PublishBenchmark {

    /** A file that is another one in each invocation, and a server. */
    @State(Scope.Benchmark)
    public static class Work {
        private static final int MEGABYTES = 64;
        private static final int MEGABYTES_IN_PARTS = 128;
        private static final String PASSWORD = "benchmark";

        private Path folder;
        private Path objects;
        private Path folderInParts;
        private LargeFile file;
        private LargeFile fileInParts;
        private S3Server server;
        private S3Bucket bucket;
        private S3ObjectStore store;
        private S3Client sdk;
        private S3AsyncClient parts;

        /** Writes the file, starts the server and connects to it. */
        @Setup
        public void make() throws IOException {
            folder = Folders.quick();
            folderInParts = Folders.quick();
            file = LargeFile.in(folder, MEGABYTES);
            fileInParts = LargeFile.in(folderInParts, MEGABYTES_IN_PARTS);
            objects = Folders.quick();
            server = S3Server.secure(objects, keyStore(), PASSWORD);
            bucket = server.bucket();
            store = S3ObjectStore.in(bucket).open();
            sdk = S3Client.builder()
                    .endpointOverride(server.uri())
                    .forcePathStyle(true)
                    .region(Region.US_EAST_1)
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "secret")))
                    .build();
            parts = S3AsyncClient.builder()
                    .endpointOverride(server.uri())
                    .forcePathStyle(true)
                    .region(Region.US_EAST_1)
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "secret")))
                    .multipartEnabled(true)
                    .build();
        }

        /** A key for 127.0.0.1, which all clients of this JVM trust from now on. */
        private Path keyStore() throws IOException {
            Path keyStore = folder.resolve("server.p12");
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
            command.addAll(List.of("-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1"));
            command.addAll(List.of("-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1", "-validity", "2"));
            command.addAll(List.of("-storetype", "PKCS12", "-keystore", keyStore.toString(), "-storepass", PASSWORD));
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join()
                    .exitValue();
            if (code != 0) {
                throw new IOException("keytool ended with " + code);
            }
            System.setProperty("javax.net.ssl.trustStore", keyStore.toString());
            System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
            return keyStore;
        }

        /** Makes a file one that was never stored, and the bucket empty. */
        void change(LargeFile file) throws IOException {
            file.change();
            sdk.listObjectsV2(list -> list.bucket(S3Server.BUCKET))
                    .contents()
                    .forEach(object -> sdk.deleteObject(
                            delete -> delete.bucket(S3Server.BUCKET).key(object.key())));
        }

        void publish(LargeFile file) throws IOException {
            BlobStore.in(store).put(Content.of(file.path()));
        }

        void put() {
            sdk.putObject(request(file), RequestBody.fromFile(file.path()));
        }

        void putInParts() {
            parts.putObject(request(fileInParts), AsyncRequestBody.fromFile(fileInParts.path()))
                    .join();
        }

        private static PutObjectRequest request(LargeFile file) {
            return PutObjectRequest.builder()
                    .bucket(S3Server.BUCKET)
                    .key("weights-" + file.changes())
                    .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                    .build();
        }

        /** Stops the server and removes all of it. */
        @TearDown
        public void remove() throws IOException {
            parts.close();
            sdk.close();
            store.close();
            bucket.close();
            server.close();
            Folders.delete(folder);
            Folders.delete(folderInParts);
            Folders.delete(objects);
        }
    }

    /** How long each side took. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Nanos {
        public long publish;
        public long sdkPut;
        public long publishInParts;
        public long sdkMultipart;
    }

    /**
     * Stores blobs that the bucket does not have, each way once.
     *
     * @param work the files
     * @param nanos gets the times
     */
    @Benchmark
    public void turn(Work work, Nanos nanos) throws IOException {
        work.change(work.file);
        nanos.publish = Stopwatch.nanos(() -> work.publish(work.file));
        work.change(work.file);
        nanos.sdkPut = Stopwatch.nanos(work::put);
        work.change(work.fileInParts);
        nanos.publishInParts = Stopwatch.nanos(() -> work.publish(work.fileInParts));
        work.change(work.fileInParts);
        nanos.sdkMultipart = Stopwatch.nanos(work::putInParts);
    }
}
