package io.mlops4j.benchmarks;

import io.mlops4j.model.ModelName;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.FileObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
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

/**
 * What does it cost to publish a file of 200 MB to a registry of files, beside doing the least by hand: read it, take
 * its SHA-256, write a copy, force that to the disk? And to publish it again, beside its SHA-256 alone?
 *
 * <p>A whole registration is measured: the blob, the commit, all forced.
 *
 * <p>The sides take turns, as a disk is not equally fast at all times. The benchmark's own time is that of a turn.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Publish}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 7)
@SuppressWarnings("missing-explicit-ctor")
public class PublishBenchmark {
    private static final int BUFFER = 1 << 16;
    private static final int MEGABYTES = 200;

    /** A file that is another one in each invocation, and the registry. */
    @State(Scope.Benchmark)
    public static class Work {
        private final ModelName name = ModelName.of("published");
        private Path folder;
        private LargeFile file;
        private FileObjectStore store;
        private StoreRegistry registry;

        /** Writes the file and opens the registry. */
        @Setup
        public void make() throws IOException {
            folder = Files.createTempDirectory("publish");
            file = LargeFile.in(folder, MEGABYTES);
            store = FileObjectStore.open(folder.resolve("store"));
            registry = StoreRegistry.open(store, Clock.systemUTC());
        }

        void publish() throws IOException {
            registry.register(Registration.of(name).file(file.path()));
        }

        /** Removes all of it. */
        @TearDown
        public void remove() throws IOException {
            store.close();
            Folders.delete(folder);
        }
    }

    /** How long each side took. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Nanos {
        public long publish;
        public long publishAgain;
        public long sha256;
        public long byHand;
    }

    /**
     * Registers a version with a file that the registry does not have, then one with the same file again; takes the
     * file's SHA-256; and does the least by hand.
     *
     * @param work the file
     * @param nanos gets the times
     */
    @Benchmark
    public void turn(Work work, Nanos nanos) throws IOException {
        work.file.change();
        nanos.publish = Stopwatch.nanos(work::publish);
        nanos.publishAgain = Stopwatch.nanos(work::publish);
        nanos.sha256 = Stopwatch.nanos(() -> sha256(work));
        work.file.change();
        nanos.byHand = Stopwatch.nanos(() -> byHand(work));
    }

    private static byte[] sha256(Work work) throws IOException {
        MessageDigest sha = sha();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(work.file.path())) {
            for (int n; (n = in.read(buffer)) >= 0; ) {
                sha.update(buffer, 0, n);
            }
        }
        return sha.digest();
    }

    /** Reads the file, takes its SHA-256, writes a copy and forces it. */
    private static byte[] byHand(Work work) throws IOException {
        MessageDigest sha = sha();
        byte[] buffer = new byte[BUFFER];
        Path copy = work.folder.resolve("copy" + work.file.changes());
        try (InputStream in = Files.newInputStream(work.file.path());
                FileChannel out = FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int n; (n = in.read(buffer)) >= 0; ) {
                sha.update(buffer, 0, n);
                out.write(ByteBuffer.wrap(buffer, 0, n));
            }
            out.force(true);
        }
        return sha.digest();
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
