package io.mlops4j.store;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ObjectStore} in a directory, for any number of threads and processes at once.
 *
 * <pre>{@code
 * try (var store = FileObjectStore.open(Path.of("mlops"))) {
 *     store.putIfAbsent(Key.of("notes/first"), Content.of(bytes));
 * }
 * }</pre>
 *
 * <p>An object is written to a temporary file and forced to disk; then a hard link gives it the name of its key, which
 * only one writer can; then the folder is forced, and only then does the put return. So readers see the whole object
 * or none, whatever dies in the middle, and no lock is held at any time. A put costs one force of a file and one of a
 * folder, some milliseconds on most disks, and two more for each folder that is new; {@code EXISTS} costs one of the
 * folder, since its writer may not have come so far yet. For the same reason a read may see an object a moment before
 * its put returns.
 *
 * <p>The file system must have hard links, and report honestly what is forced. A directory that cannot be written to
 * can still be read; each put then fails and says why. When forcing a folder fails, what the disk holds is no longer
 * known, and asking again would only be told that all is well: the store then refuses to write until it is opened
 * again, which should be done when the disk has been looked after. Whoever can write to the directory is trusted;
 * symbolic links, pipes and folders in an object's place are reported as {@link CorruptionException} and never
 * followed. Files that do not have the name of an object are passed over.
 *
 * <p>Thread-safe.
 */
public final class FileObjectStore implements ObjectStore {
    private final Path root;
    private final FilePublisher publisher;
    private volatile boolean closed;

    private FileObjectStore(Path root, FilePublisher publisher) {
        this.root = root;
        this.publisher = publisher;
    }

    /**
     * Opens a directory. Removes what writers that died left behind more than a day ago.
     *
     * @param directory is created if it is absent, with its parents; a symbolic link to a directory is followed
     * @return the store; the caller closes it
     * @throws StorageException if the directory can neither be found nor created, if it is a file, or if its file
     *     system has no hard links
     */
    public static FileObjectStore open(Path directory) {
        return open(directory, new DiskOperations());
    }

    static FileObjectStore open(Path directory, FileOperations disk) {
        try {
            Path given = requireNonNull(directory, "directory").toAbsolutePath().normalize();
            var folders = new DurableFolders(disk);
            folders.makeRoot(given);
            Path root = given.toRealPath();
            var publisher = new FilePublisher(root, disk, folders);
            tryPrepare(publisher);
            return new FileObjectStore(root, publisher);
        } catch (IOException e) {
            throw new StorageException("Cannot open the store in " + directory + ": " + e, e);
        }
    }

    private static void tryPrepare(FilePublisher publisher) {
        try {
            publisher.prepare();
        } catch (IOException e) {
            // A directory that is read-only, or full, can be read; each put tries again and says what is wrong.
        }
    }

    @Override
    public PutOutcome putIfAbsent(Key key, Content content) {
        requireNonNull(content, "content");
        Path file = file(key);
        try {
            return publisher.put(file, content);
        } catch (IOException e) {
            throw new StorageException("Cannot store " + file + ": " + e, e);
        }
    }

    @Override
    public Optional<StoredObject> get(Key key) {
        Path file = file(key);
        try {
            if (!FileKinds.folders(root, FileKinds.parent(file))) {
                return Optional.empty();
            }
            BasicFileAttributes attributes = FileKinds.object(file);
            return attributes == null ? Optional.empty() : Optional.of(new FileObject(file, attributes.size()));
        } catch (IOException e) {
            throw new StorageException("Cannot read " + file + ": " + e, e);
        }
    }

    @Override
    public KeyPage list(Prefix prefix, @Nullable Key after, int limit) {
        requireOpen();
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("Invalid limit " + limit + ": expected 1 to " + MAX_PAGE);
        }
        Path folder = FileNames.folder(root, prefix);
        try {
            if (!FileKinds.folders(root, folder)) {
                return new KeyPage(List.of(), false);
            }
            List<Key> keys = new FileListing(after, limit + 1).walk(folder, prefix.value());
            return keys.size() <= limit ? new KeyPage(keys, false) : new KeyPage(keys.subList(0, limit), true);
        } catch (IOException e) {
            throw new StorageException("Cannot list " + folder + ": " + e, e);
        }
    }

    @Override
    public void delete(Key key) {
        Path file = file(key);
        try {
            publisher.delete(file);
        } catch (IOException e) {
            throw new StorageException("Cannot delete " + file + ": " + e, e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private Path file(Key key) {
        requireOpen();
        return FileNames.file(root, requireNonNull(key, "key"));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The store in " + root + " is closed");
        }
    }

    @Override
    public String toString() {
        return "FileObjectStore[" + root + "]";
    }
}
