package io.mlops4j.dataset;

import static java.util.Objects.requireNonNull;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;

/**
 * The files of a folder and of the folders below it.
 *
 * <p>Symbolic links below the folder are not followed, since they may lead anywhere, and not passed over, since data
 * would be missing without a word: they are rejected, and so are pipes, devices and the like. Files whose name begins
 * with a dot are listed like others. The version of an entry is its size and the time of its last change, in the
 * resolution that the file system has.
 *
 * <p>Thread-safe.
 */
public final class FolderDataSource implements DataSource {
    private final Path root;

    private FolderDataSource(Path root) {
        this.root = root;
    }

    /**
     * Reads a folder.
     *
     * @param folder a folder; a symbolic link to one is followed
     * @return the source
     * @throws StorageException if there is no such folder
     */
    public static FolderDataSource of(Path folder) {
        try {
            Path real = requireNonNull(folder, "folder").toRealPath();
            if (!Files.isDirectory(real)) {
                throw new StorageException("Cannot read data from " + folder + ": expected a folder");
            }
            return new FolderDataSource(real);
        } catch (IOException e) {
            throw new StorageException("Cannot read data from " + folder + ": " + e, e);
        }
    }

    @Override
    public Stream<DataEntry> entries() {
        return FolderWalk.of(root).entries();
    }

    @Override
    public InputStream open(DataEntry entry) {
        Path file = resolve(entry.name());
        try {
            DataEntry now = FolderWalk.entry(entry.name(), file);
            if (!now.equals(entry)) {
                throw new ConflictException("Cannot open " + Text.quote(entry.name()) + " in " + root
                        + ": it has changed since it was listed, from " + entry.version() + " to " + now.version());
            }
            return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new NotFoundException("There is no " + Text.quote(entry.name()) + " in " + root);
        } catch (IOException e) {
            throw new StorageException("Cannot read " + Text.quote(entry.name()) + " in " + root + ": " + e, e);
        }
    }

    /** A name is a path only if each of its segments is a plain name, and each folder on the way a folder. */
    private Path resolve(String name) {
        String[] segments = name.split("/", -1);
        for (String segment : segments) {
            boolean plain = !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
            if (!plain || segment.indexOf('\0') >= 0) {
                throw rejected(name, "it is no path within the folder");
            }
        }
        Path path = root;
        for (String segment : segments) {
            requireFolder(path, name);
            path = child(path, segment, name);
        }
        return path;
    }

    /** What else separates names, or begins a path, depends on the file system. */
    private Path child(Path path, String segment, String name) {
        try {
            Path next = path.resolve(segment);
            if (path.equals(next.getParent()) && next.getNameCount() == path.getNameCount() + 1) {
                return next;
            }
        } catch (InvalidPathException e) {
            // Rejected like the rest.
        }
        throw rejected(name, "it is no path within the folder");
    }

    private void requireFolder(Path path, String name) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isDirectory()) {
                throw rejected(name, path + " is no folder");
            }
        } catch (NoSuchFileException e) {
            throw new NotFoundException("There is no " + Text.quote(name) + " in " + root);
        } catch (IOException e) {
            throw new StorageException("Cannot read " + Text.quote(name) + " in " + root + ": " + e, e);
        }
    }

    private RejectedInputException rejected(String name, String reason) {
        return new RejectedInputException("Cannot open " + Text.quote(name) + " in " + root + ": " + reason);
    }

    @Override
    public String toString() {
        return "FolderDataSource[" + root + "]";
    }
}
