package io.mlops4j.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory in memory where the system has such a thing, for tests that write much and need not survive. */
final class RamDisk implements AutoCloseable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final Path directory;
    private int next;

    private RamDisk(Path directory) {
        this.directory = directory;
    }

    static RamDisk open() throws IOException {
        return new RamDisk(
                Files.isWritable(SHARED_MEMORY)
                        ? Files.createTempDirectory(SHARED_MEMORY, "mlops4j")
                        : Files.createTempDirectory("mlops4j"));
    }

    /** A path at which nothing is yet. */
    Path fresh() {
        return directory.resolve(Integer.toString(next++));
    }

    @Override
    public void close() throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(directory)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
