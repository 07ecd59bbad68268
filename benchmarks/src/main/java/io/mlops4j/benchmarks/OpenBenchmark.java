package io.mlops4j.benchmarks;

import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.FileObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
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
 * How long does it take to open a registry of files with 10,000 versions of a hundred models?
 *
 * <p>The files are in the page cache. {@code -wi 0 -i 1} shows what the first opening in a new JVM costs, most of which
 * is the JVM's own warming.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Open}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 5)
@SuppressWarnings("missing-explicit-ctor")
public class OpenBenchmark {
    private static final int VERSIONS = 10_000;

    /** The registry's folder. */
    @State(Scope.Benchmark)
    public static class Work {
        private Path folder;

        /** Fills a registry where forcing costs nothing, and brings it to the disk. */
        @Setup
        public void make() throws IOException {
            Path quick = Folders.quick();
            try (var store = FileObjectStore.open(quick.resolve("store"))) {
                Catalogue.fill(store, VERSIONS);
            }
            folder = Files.createTempDirectory("open");
            Folders.copy(quick.resolve("store"), folder.resolve("store"));
            Folders.delete(quick);
        }

        /** Removes all of it. */
        @TearDown
        public void remove() throws IOException {
            Folders.delete(folder);
        }
    }

    /**
     * Opens the registry, up to date.
     *
     * @param work its folder
     * @return how many models it has
     */
    @Benchmark
    public int open(Work work) {
        try (var store = FileObjectStore.open(work.folder.resolve("store"))) {
            return StoreRegistry.open(store, Clock.systemUTC()).view().models().size();
        }
    }
}
