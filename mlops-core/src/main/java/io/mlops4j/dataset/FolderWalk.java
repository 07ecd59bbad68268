package io.mlops4j.dataset;

import io.mlops4j.RejectedInputException;
import io.mlops4j.StorageException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One folder on the way through a tree of files, in the order of their names. A folder counts as its name with a
 * {@code /}, since that is how the names below it begin. Holds the names of the folders on the way, not of the tree.
 *
 * <p>Immutable.
 *
 * @param folder the folder
 * @param prefix what names below it begin with
 */
record FolderWalk(Path folder, String prefix) {
    static FolderWalk of(Path root) {
        return new FolderWalk(root, "");
    }

    /** The files in and below the folder. */
    Stream<DataEntry> entries() {
        return parts().entrySet().stream().flatMap(part -> {
            String name = prefix + part.getKey();
            return name.endsWith("/")
                    ? new FolderWalk(part.getValue(), name).entries()
                    : Stream.ofNullable(entryIfThere(name, part.getValue()));
        });
    }

    private TreeMap<String, Path> parts() {
        var parts = new TreeMap<String, Path>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = Objects.requireNonNull(file.getFileName()).toString();
                parts.put(Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) ? name + "/" : name, file);
            }
        } catch (NoSuchFileException e) {
            return new TreeMap<>(); // removed meanwhile
        } catch (DirectoryIteratorException | IOException e) {
            throw unreadable(e);
        }
        return parts;
    }

    private @Nullable DataEntry entryIfThere(String name, Path file) {
        try {
            return entry(name, file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private StorageException unreadable(Exception e) {
        return new StorageException("Cannot list the data in " + folder + ": " + e, e);
    }

    /** What a file is now. */
    static DataEntry entry(String name, Path file) throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            String kind = attributes.isSymbolicLink()
                    ? "a symbolic link"
                    : attributes.isDirectory() ? "a folder" : "something else";
            throw new RejectedInputException(
                    "Cannot read " + file + " as data: expected a regular file, found " + kind);
        }
        var changed = attributes.lastModifiedTime().toInstant();
        return new DataEntry(name, attributes.size(), changed, attributes.size() + "@" + changed);
    }
}
