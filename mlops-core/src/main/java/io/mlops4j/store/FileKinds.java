package io.mlops4j.store;

import io.mlops4j.CorruptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Looks at what stands where an object or a folder of ours should be, without following links. */
final class FileKinds {
    private FileKinds() {}

    /**
     * Looks at an object.
     *
     * @return its attributes, or null if it is absent
     * @throws CorruptionException if something other than a regular file is in its place
     */
    static @Nullable BasicFileAttributes object(Path file) throws IOException {
        BasicFileAttributes attributes = look(file);
        if (attributes != null && !attributes.isRegularFile()) {
            throw wrong(file, "a regular file", attributes);
        }
        return attributes;
    }

    /**
     * Looks at a folder.
     *
     * @return whether it is there
     * @throws CorruptionException if something other than a folder is in its place
     */
    static boolean folder(Path folder) throws IOException {
        BasicFileAttributes attributes = look(folder);
        if (attributes != null && !attributes.isDirectory()) {
            throw wrong(folder, "a folder", attributes);
        }
        return attributes != null;
    }

    /**
     * Looks at a folder and all those above it, from the top.
     *
     * @param root is not looked at
     * @param folder the root itself, or a folder below it
     * @return whether all are there
     * @throws CorruptionException if something other than a folder is in the place of one
     */
    static boolean folders(Path root, Path folder) throws IOException {
        return folder.equals(root) || (folders(root, parent(folder)) && folder(folder));
    }

    /** The parent of a path that has one. */
    static Path parent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("Invalid path " + path + ": expected one with a parent");
        }
        return parent;
    }

    private static @Nullable BasicFileAttributes look(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static CorruptionException wrong(Path path, String expected, BasicFileAttributes found) {
        String kind = found.isSymbolicLink()
                ? "a symbolic link"
                : found.isDirectory() ? "a folder" : found.isRegularFile() ? "a regular file" : "a special file";
        return new CorruptionException("Cannot use " + path + ": expected " + expected + ", found " + kind);
    }
}
