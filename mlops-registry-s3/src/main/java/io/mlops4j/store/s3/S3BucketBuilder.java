package io.mlops4j.store.s3;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Says how a bucket is reached.
 *
 * <p>Confined to one thread at a time.
 */
public final class S3BucketBuilder {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int CONNECTIONS = 64;

    private final String name;
    private @Nullable Region region;
    private @Nullable URI endpoint;
    private @Nullable AwsCredentialsProvider credentials;
    private Boolean pathStyle = false;
    private Checksums checksums = Checksums.SENT;
    private Duration silence = Duration.ofSeconds(30);
    private Retries retries = Retries.usual();

    S3BucketBuilder(String name) {
        this.name = name;
    }

    /**
     * The bucket's region. Default: what the SDK finds in its settings; {@code us-east-1} where an endpoint is given.
     *
     * @param id such as {@code eu-central-1}
     * @return this builder
     */
    public S3BucketBuilder inRegion(String id) {
        region = Region.of(requireNonNull(id, "id"));
        return this;
    }

    /**
     * Another server than AWS. Default: AWS.
     *
     * @param uri {@code http} or {@code https}, without credentials in it
     * @return this builder
     * @throws IllegalArgumentException if the URI is of another kind
     */
    public S3BucketBuilder at(URI uri) {
        String scheme = requireNonNull(uri, "uri").getScheme();
        boolean known = "http".equals(scheme) || "https".equals(scheme);
        if (!known || uri.getHost() == null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "Invalid S3 endpoint: expected http or https, a host, and no credentials in the URI");
        }
        endpoint = uri;
        return this;
    }

    /**
     * Names the bucket in the path rather than in the host name, as most servers other than AWS want it.
     *
     * @return this builder
     */
    public S3BucketBuilder withPathStyle() {
        pathStyle = true;
        return this;
    }

    /**
     * Whom to act as. Default: the SDK's chain (system properties, environment, profile, container, instance).
     *
     * @param provider asked for credentials with each request
     * @return this builder
     */
    public S3BucketBuilder as(AwsCredentialsProvider provider) {
        credentials = requireNonNull(provider, "provider");
        return this;
    }

    /**
     * Whom to act as, by a key that never changes.
     *
     * @param accessKeyId the key's id
     * @param secretAccessKey the secret; appears in no message
     * @return this builder
     */
    public S3BucketBuilder as(String accessKeyId, String secretAccessKey) {
        return as(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKeyId, secretAccessKey)));
    }

    /**
     * Sends no CRC-32 with content, for servers that reject the header. Default: it is sent, as a header and never as
     * a trailer, and the server refuses what was damaged on its way. Blobs are verified by their SHA-256 when they are
     * read, in either case.
     *
     * @return this builder
     */
    public S3BucketBuilder withoutChecksums() {
        checksums = Checksums.OMITTED;
        return this;
    }

    /**
     * How long the server may be silent before a call counts as lost. Default: 30 seconds. Connecting may take this
     * long too, but at most 10 seconds.
     *
     * @param duration positive
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public S3BucketBuilder withTimeout(Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("Invalid timeout " + duration + ": expected more than zero");
        }
        silence = duration;
        return this;
    }

    S3BucketBuilder retrying(Retries policy) {
        retries = policy;
        return this;
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @return the bucket, to be closed
     */
    public S3Bucket open() {
        return new S3Bucket(client(), name, retries, checksums, S3Bucket.Ownership.OURS);
    }

    private S3Client client() {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(http())
                .forcePathStyle(pathStyle)
                // Whole payloads in one request body each: some servers do not know the chunked form.
                .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false).expectContinueEnabled(false))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                // Retried here, where it is known what a second attempt may be told.
                .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()));
        if (endpoint != null) {
            builder.endpointOverride(endpoint).region(region == null ? Region.US_EAST_1 : region);
        } else if (region != null) {
            builder.region(region);
        }
        if (credentials != null) {
            builder.credentialsProvider(credentials);
        }
        return builder.build();
    }

    private SdkHttpClient.Builder<?> http() {
        return Apache5HttpClient.builder()
                .socketTimeout(silence)
                .connectionTimeout(silence.compareTo(CONNECT) < 0 ? silence : CONNECT)
                .maxConnections(CONNECTIONS);
    }
}
