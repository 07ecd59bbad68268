package io.mlops4j.store;

import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes folders that survive a crash: a folder is durable when its entry in the folder above has been forced, and that
 * one's too. Folders that are there already may have been made by a process that has not forced them yet, so each is
 * forced once by everyone who relies on it.
 *
 * <p>Remembers the first force that failed. The system reports such a failure once and forgets what it could not
 * write, so that a second force would succeed without having saved anything; after the first, nothing may be
 * acknowledged any more.
 *
 * <p>Thread-safe.
 */
final class DurableFolders {
    /** Beyond this many, forget: a folder too many costs one force, while memory must stay bounded. */
    private static final int REMEMBERED = 10_000;

    private final FileOperations disk;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();
    private volatile @Nullable IOException failure;

    DurableFolders(FileOperations disk) {
        this.disk = disk;
    }

    /** Makes the root and what is missing above it; symbolic links are followed here. */
    void makeRoot(Path root) throws IOException {
        if (Files.isDirectory(root)) {
            return;
        }
        if (Files.exists(root)) {
            throw new NotDirectoryException(root.toString());
        }
        Path above = FileKinds.parent(root);
        if (Files.isDirectory(above)) {
            forceEntry(above);
        } else {
            makeRoot(above);
        }
        make(root);
    }

    /** A folder that is built on may have been made by a process that died before it forced it. */
    void forceEntry(Path built) throws IOException {
        Path above = built.getParent();
        if (above == null) {
            return;
        }
        try (FileOperations.Folder folder = disk.open(above)) {
            force(folder);
        } catch (AccessDeniedException e) {
            // Who may not even read the folder above did not make this one: an administrator did, some time ago.
        }
    }

    /**
     * Makes a folder and those above it, below a root.
     *
     * @throws CorruptionException if something else is in the place of one of them
     */
    void make(Path root, Path folder) throws IOException {
        if (folder.equals(root)) {
            return;
        }
        make(root, FileKinds.parent(folder));
        if (!durable.contains(folder) || !FileKinds.folder(folder)) {
            make(folder);
        }
    }

    private void make(Path folder) throws IOException {
        try (FileOperations.Folder above = disk.open(FileKinds.parent(folder))) {
            try {
                disk.mkdir(folder);
            } catch (FileAlreadyExistsException e) {
                FileKinds.folder(folder);
            }
            force(above);
        }
        if (durable.size() >= REMEMBERED) {
            durable.clear();
        }
        durable.add(folder);
    }

    /** Forces an open folder. */
    void force(FileOperations.Folder folder) throws IOException {
        try {
            folder.force();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
        IOException before = failure;
        if (before != null) {
            // Of two threads that force one folder, the other may have been told of the failure that concerns both.
            throw new IOException("Another force failed at the same time: " + before, before);
        }
    }

    /**
     * Checks that no force has failed.
     *
     * @throws StorageException if one has
     */
    void requireTrusted() {
        IOException e = failure;
        if (e != null) {
            throw new StorageException(
                    "Cannot write: forcing a folder to disk failed before (" + e
                            + "), so that what the disk holds is not known; see to the disk and open the store again",
                    e);
        }
    }
}
