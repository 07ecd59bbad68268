package io.mlops4j.store.s3;

import io.mlops4j.s3server.S3TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An S3 server in a process of its own, which ends when it is closed, and with this process at the latest.
 *
 * <p>Thread-safe.
 */
public final class S3Server implements AutoCloseable {
    /** The bucket that a server has. */
    public static final String BUCKET = "models";

    private final Process process;
    private final URI uri;

    private S3Server(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** One server for all tests of a JVM; each uses a folder of its own. */
    private static final class Shared {
        private static final S3Server SERVER = inMemory();
    }

    /** Keeps conditions; objects are in memory. Not to be closed. */
    public static S3Server shared() {
        return Shared.SERVER;
    }

    /** Keeps conditions; objects are in memory. */
    public static S3Server inMemory() {
        return start("memory", BUCKET);
    }

    /** Keeps conditions; objects are in files. */
    public static S3Server in(Path folder) {
        return start("folder", BUCKET, folder.toString());
    }

    /** Keeps conditions; objects are in files; speaks TLS with the key of a key store. */
    public static S3Server secure(Path folder, Path keyStore, String password) {
        return start("secure", BUCKET, folder.toString(), keyStore.toString(), password);
    }

    /** Ignores conditions; has no bucket yet. */
    public static S3Server careless() {
        return start("careless");
    }

    private static S3Server start(String... arguments) {
        String scheme = arguments[0].equals("secure") ? "https" : "http";
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-cp",
                jar() + System.getProperty("path.separator") + libraries(),
                S3TestServer.class.getName()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new S3Server(process, URI.create(scheme + "://127.0.0.1:" + port(process)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String port(Process process) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        for (String line; (line = lines.readLine()) != null; ) {
            if (line.startsWith("READY ")) {
                return line.substring("READY ".length());
            }
        }
        throw new IOException("the S3 server did not start");
    }

    private static Path jar() {
        try {
            return Path.of(S3TestServer.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String libraries() {
        try (InputStream in = S3TestServer.class.getResourceAsStream("classpath")) {
            if (in == null) {
                throw new IllegalStateException("the S3 server's class path is not in its jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it answers. */
    public URI uri() {
        return uri;
    }

    /** A connection to its bucket. */
    public S3Bucket bucket() {
        return to(uri).open();
    }

    /** A connection to a server's bucket, or to what is before it. */
    public static S3BucketBuilder to(URI uri) {
        return S3Bucket.named(BUCKET).at(uri).withPathStyle().as("test", "secret");
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
