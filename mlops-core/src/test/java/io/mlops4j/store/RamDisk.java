package io.mlops4j.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory in memory where the system has such a thing, for tests that write much and need not survive. */
public final class RamDisk implements AutoCloseable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final Path directory;
    private int next;

    private RamDisk(Path directory) {
        this.directory = directory;
    }

    public static RamDisk open() throws IOException {
        return new RamDisk(
                Files.isWritable(SHARED_MEMORY)
                        ? Files.createTempDirectory(SHARED_MEMORY, "mlops4j")
                        : Files.createTempDirectory("mlops4j"));
    }

    /** A path at which nothing is yet. */
    public synchronized Path fresh() {
        return directory.resolve(Integer.toString(next++));
    }

    @Override
    public void close() {
        delete(directory);
    }

    /** Removes a folder and all in it. */
    static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
