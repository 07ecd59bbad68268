package io.mlops4j.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The real disk.
 *
 * <p>An ordinary {@code FileChannel} closes itself when its thread is interrupted, and then hides whether its force
 * failed. So files are written through streams, which the JDK makes uninterruptible, and forced through
 * {@link AsynchronousFileChannel}s, whose force runs in the calling thread and knows no interruption either.
 *
 * <p>Thread-safe.
 */
final class DiskOperations implements FileOperations {
    /** Windows cannot open a folder as a file; NTFS journals its entries itself. */
    private static final boolean FOLDERS_CAN_BE_FORCED =
            !System.getProperty("os.name", "").startsWith("Windows");

    @Override
    public NewFile create(Path file) throws IOException {
        OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            // Opened before the first write, so that its force reports whatever writing back runs into.
            AsynchronousFileChannel channel =
                    AsynchronousFileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            return new DiskFile(out, channel);
        } catch (IOException e) {
            discard(out, file, e);
            throw e;
        }
    }

    private static void discard(OutputStream out, Path file, IOException reason) {
        try (out) {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    @Override
    public void link(Path name, Path file) throws IOException {
        Files.createLink(name, file);
    }

    @Override
    public void unlink(Path name) throws IOException {
        Files.deleteIfExists(name);
    }

    @Override
    public void mkdir(Path folder) throws IOException {
        Files.createDirectory(folder);
    }

    @Override
    public Folder open(Path folder) throws IOException {
        return FOLDERS_CAN_BE_FORCED
                ? new DiskFolder(AsynchronousFileChannel.open(folder, StandardOpenOption.READ))
                : new SelfKeepingFolder();
    }

    private record DiskFile(OutputStream out, AsynchronousFileChannel channel) implements NewFile {
        @Override
        public void write(byte[] buffer, int length) throws IOException {
            out.write(buffer, 0, length);
        }

        @Override
        public void force() throws IOException {
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            try (channel) {
                out.close();
            }
        }
    }

    private record DiskFolder(AsynchronousFileChannel channel) implements Folder {
        @Override
        public void force() throws IOException {
            channel.force(true);
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // It was only read from: there is nothing that could be lost.
            }
        }
    }

    private record SelfKeepingFolder() implements Folder {
        @Override
        public void force() {}

        @Override
        public void close() {}
    }
}
