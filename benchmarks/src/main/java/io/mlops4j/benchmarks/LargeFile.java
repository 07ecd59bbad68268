package io.mlops4j.benchmarks;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A large file that can be made another one without being written anew.
 *
 * <p>Confined to one thread at a time.
 */
final class LargeFile {
    private final Path path;
    private long changes;

    private LargeFile(Path path) {
        this.path = path;
    }

    static LargeFile in(Path folder, int megabytes) throws IOException {
        Path path = folder.resolve("weights.bin");
        byte[] block = new byte[1_000_000];
        new Random(42).nextBytes(block);
        try (var out = Files.newOutputStream(path)) {
            for (int i = 0; i < megabytes; i++) {
                out.write(block);
            }
        }
        return new LargeFile(path);
    }

    Path path() {
        return path;
    }

    /** How often it was changed: a number for each content. */
    long changes() {
        return changes;
    }

    /** Makes it a file that never was, and brings it to the disk. */
    void change() throws IOException {
        changes++;
        try (var out = new RandomAccessFile(path.toFile(), "rw")) {
            out.writeLong(changes);
            out.getFD().sync();
        }
    }
}
