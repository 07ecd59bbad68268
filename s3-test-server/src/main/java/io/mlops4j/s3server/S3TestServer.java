package io.mlops4j.s3server;

import com.robothy.s3.rest.LocalS3;
import com.robothy.s3.rest.bootstrap.LocalS3Mode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/**
 * Serves S3 on a free port of the loopback interface, until its standard input ends; so it never outlives whoever
 * started it. Prints {@code READY <port>} when it answers.
 */
public final class S3TestServer {
    private S3TestServer() {}

    /**
     * Serves.
     *
     * @param args {@code memory <bucket>} or {@code folder <bucket> <directory>}, which hold conditions; {@code secure
     *     <bucket> <directory> <key store> <password>}, the same over HTTPS; or {@code careless}, which ignores
     *     conditions and has no bucket yet
     * @throws Exception if it cannot
     */
    public static void main(String[] args) throws Exception {
        int port =
                switch (args[0]) {
                    case "memory" ->
                        serve(new TransientNio2BlobStore(), args[1]).getPort();
                    case "folder" ->
                        serve(new FilesystemNio2BlobStore(args[2]), args[1]).getPort();
                    case "secure" -> serveSecurely(args).getSecurePort();
                    case "careless" -> serveCarelessly();
                    default -> throw new IllegalArgumentException("Unknown kind " + args[0]);
                };
        System.out.println("READY " + port);
        System.out.flush();
        awaitEnd(System.in);
        Runtime.getRuntime().halt(0);
    }

    private static S3Proxy serve(BlobStore blobs, String bucket) throws Exception {
        return serve(blobs, bucket, S3Proxy.builder().endpoint(URI.create("http://127.0.0.1:0")));
    }

    /** Passes over headers that it does not know, as some of the SDK's own are. */
    private static S3Proxy serveSecurely(String[] args) throws Exception {
        var builder = S3Proxy.builder()
                .secureEndpoint(URI.create("https://127.0.0.1:0"))
                .keyStore(args[3], args[4])
                .ignoreUnknownHeaders(true);
        return serve(new FilesystemNio2BlobStore(args[2]), args[1], builder);
    }

    private static S3Proxy serve(BlobStore blobs, String bucket, S3Proxy.Builder builder) throws Exception {
        blobs.createContainer(bucket);
        S3Proxy server = builder.blobStore(blobs)
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "test", "secret")
                .v4MaxNonChunkedRequestSize(1L << 30)
                .build();
        server.setBlobStoreLocator((identity, container, blob) -> new AccessGrant("secret", blobs));
        server.start();
        return server;
    }

    private static int serveCarelessly() throws IOException {
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        LocalS3.builder().port(port).mode(LocalS3Mode.IN_MEMORY).build().start();
        return port;
    }

    private static void awaitEnd(InputStream in) throws IOException {
        while (in.read() >= 0) {
            // Nothing is said to a server here; its end is what counts.
        }
    }
}
