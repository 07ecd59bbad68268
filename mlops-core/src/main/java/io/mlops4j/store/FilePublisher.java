package io.mlops4j.store;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * The writing half of {@link FileObjectStore}. Files are written under unique names in the folder {@code .temp} of the
 * store, which no key can name, and linked from there to their places; so whoever opens the store finds in one folder
 * what writers that died left behind.
 *
 * <p>Thread-safe.
 */
final class FilePublisher {
    private static final int BUFFER = 1 << 16;
    /** Longer than any living writer can be silent: writing to a file keeps it young. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path root;
    private final Path temp;
    private final FileOperations disk;
    private final DurableFolders folders;
    private volatile boolean prepared;

    FilePublisher(Path root, FileOperations disk, DurableFolders folders) {
        this.root = root;
        this.temp = root.resolve(".temp");
        this.disk = disk;
        this.folders = folders;
    }

    /**
     * Makes ready to write, unless that has been done: tries hard links, and clears away what was abandoned.
     *
     * @throws StorageException if there are no hard links
     * @throws IOException if the directory cannot be written to, now; try again
     */
    void prepare() throws IOException {
        if (prepared) {
            return;
        }
        makeTemp();
        Instant now = probeLinks();
        folders.forceEntry(root);
        removeOlder(now.minus(ABANDONED));
        prepared = true;
    }

    private void makeTemp() throws IOException {
        try {
            disk.mkdir(temp);
        } catch (FileAlreadyExistsException e) {
            FileKinds.folder(temp);
        }
    }

    /** Links a file twice to one name, and answers what time it is for this file system. */
    private Instant probeLinks() throws IOException {
        Path file = unique();
        Path name = unique();
        try {
            disk.create(file).close();
            link(name, file);
            requireRefused(name, file);
            return Files.getLastModifiedTime(file).toInstant();
        } finally {
            discard(name);
            discard(file);
        }
    }

    private void link(Path name, Path file) {
        try {
            disk.link(name, file);
        } catch (IOException | UnsupportedOperationException e) {
            throw new StorageException(
                    "Cannot use " + root + " as a store: objects are published by hard links, and one failed there: "
                            + e,
                    e);
        }
    }

    private void requireRefused(Path name, Path file) throws IOException {
        try {
            disk.link(name, file);
        } catch (FileAlreadyExistsException e) {
            return;
        }
        throw new StorageException("Cannot use " + root + " as a store: a hard link replaced a name that was taken");
    }

    private void removeOlder(Instant limit) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temp)) {
            for (Path file : files) {
                if (isOlder(file, limit)) {
                    discard(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static boolean isOlder(Path file, Instant limit) throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile()
                    && attributes.lastModifiedTime().toInstant().isBefore(limit);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Creates an object.
     *
     * @param file its place
     * @throws IOException if it was not created
     * @throws OutcomeUnknownException if it may have been
     */
    PutOutcome put(Path file, Content content) throws IOException {
        folders.requireTrusted();
        prepare();
        Path parent = FileKinds.parent(file);
        folders.make(root, parent);
        try (FileOperations.Folder folder = disk.open(parent)) {
            if (FileKinds.object(file) != null) {
                folders.force(folder);
                return PutOutcome.EXISTS;
            }
            return create(file, folder, content);
        }
    }

    private PutOutcome create(Path file, FileOperations.Folder folder, Content content) throws IOException {
        Path written = unique();
        try {
            write(written, content);
            boolean ours = publish(file, written);
            return acknowledge(file, folder, ours ? PutOutcome.CREATED : PutOutcome.EXISTS);
        } finally {
            discard(written);
        }
    }

    private void write(Path file, Content content) throws IOException {
        long size = content.size();
        if (size < 0) {
            throw new IllegalArgumentException("Invalid content size " + size + ": expected 0 or more");
        }
        try (InputStream in = content.open();
                FileOperations.NewFile out = disk.create(file)) {
            copy(in, out, size);
            out.force();
        }
    }

    private static void copy(InputStream in, FileOperations.NewFile out, long size) throws IOException {
        // One byte more than is expected, to find out at once about content that goes on.
        byte[] buffer = new byte[(int) Math.min(BUFFER, size) + 1];
        long total = 0;
        for (int n; (n = in.read(buffer)) >= 0; ) {
            total += n;
            if (total > size) {
                throw new IOException("its content has more than the " + size + " bytes it said");
            }
            out.write(buffer, n);
        }
        if (total < size) {
            throw new IOException("its content has " + total + " bytes, not the " + size + " it said");
        }
    }

    /** Whether the link is ours; a file server can lose the reply to a link that it made. */
    private boolean publish(Path file, Path written) throws IOException {
        try {
            disk.link(file, written);
            return true;
        } catch (FileAlreadyExistsException e) {
            boolean ours = isSame(file, written, e);
            FileKinds.object(file);
            return ours;
        } catch (IOException e) {
            if (isSame(file, written, e)) {
                return true;
            }
            throw e;
        }
    }

    private static boolean isSame(Path file, Path written, IOException reason) {
        try {
            return Files.isSameFile(file, written);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            reason.addSuppressed(e);
            throw unknown(file, reason);
        }
    }

    private PutOutcome acknowledge(Path file, FileOperations.Folder folder, PutOutcome outcome) throws IOException {
        try {
            folders.force(folder);
            return outcome;
        } catch (IOException e) {
            if (outcome == PutOutcome.CREATED) {
                throw unknown(file, e);
            }
            throw e;
        }
    }

    private static OutcomeUnknownException unknown(Path file, IOException reason) {
        return new OutcomeUnknownException(
                "Cannot tell whether " + file + " was stored for good: " + reason + "; read it again later", reason);
    }

    /** Removes an object if it is there. */
    void delete(Path file) throws IOException {
        folders.requireTrusted();
        Path parent = FileKinds.parent(file);
        if (!FileKinds.folders(root, parent)) {
            return;
        }
        try (FileOperations.Folder folder = disk.open(parent)) {
            if (FileKinds.object(file) != null) {
                disk.unlink(file);
            }
            folders.force(folder);
        }
    }

    private Path unique() {
        return temp.resolve(UUID.randomUUID().toString());
    }

    /** What cannot be removed now is when it is older. */
    private void discard(Path file) {
        try {
            disk.unlink(file);
        } catch (IOException e) {
            // It is no object, takes some room, and stands in nobody's way.
        }
    }
}
