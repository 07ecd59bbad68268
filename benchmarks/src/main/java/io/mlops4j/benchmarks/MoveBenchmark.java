package io.mlops4j.benchmarks;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
 * What does it cost to move an alias in a registry of files, beside replacing one small file durably: write, force,
 * rename, force the folder?
 *
 * <p>The sides take turns. The benchmark's own time is that of a turn.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Move}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 200)
@Measurement(iterations = 300)
@SuppressWarnings("missing-explicit-ctor")
public class MoveBenchmark {
    /** A registry of two versions, and a file. */
    @State(Scope.Benchmark)
    public static class Work {
        private final ModelName name = ModelName.of("moved");
        private Path folder;
        private FileObjectStore store;
        private StoreRegistry registry;
        private int next;

        /** Opens the registry. */
        @Setup
        public void make() throws IOException {
            folder = Files.createTempDirectory("move");
            store = FileObjectStore.open(folder.resolve("store"));
            registry = StoreRegistry.open(store, Clock.systemUTC());
            for (int i = 0; i < 2; i++) {
                registry.register(Registration.of(name).file("model.onnx", Content.of(new byte[] {(byte) i})));
            }
        }

        VersionId target() {
            next++;
            return name.version(1 + next % 2);
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
        public long move;
        public long durableReplace;
    }

    /**
     * Moves an alias to the other version, and replaces a file.
     *
     * @param work registry and folder
     * @param nanos gets the times
     */
    @Benchmark
    public void turn(Work work, Nanos nanos) throws IOException {
        nanos.move = Stopwatch.nanos(() -> work.registry
                .move(work.name.alias("champion"))
                .to(work.target())
                .because("benchmark", "jmh"));
        nanos.durableReplace = Stopwatch.nanos(() -> durableReplace(work));
    }

    private static void durableReplace(Work work) throws IOException {
        Path temp = work.folder.resolve("alias.tmp");
        try (FileChannel out = FileChannel.open(temp, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap(work.target().toString().getBytes(StandardCharsets.UTF_8)));
            out.force(true);
        }
        Files.move(temp, work.folder.resolve("alias"), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(work.folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
