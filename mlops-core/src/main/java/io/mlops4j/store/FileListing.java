package io.mlops4j.store;

import io.mlops4j.CorruptionException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One page of a {@link FileObjectStore}, found by walking down from the prefix's folder.
 *
 * <p>Keys order by characters over their whole length, and {@code -} and {@code .} come before {@code /}: {@code a-b}
 * is before {@code a/b} is before {@code a0}. So a folder counts as its name with the {@code /}; then all keys below it
 * lie together, right there among its neighbours, and a depth-first walk yields them in order. It opens only folders
 * that can hold keys after the bound, and stops when the page is full.
 *
 * <p>Confined to one thread at a time.
 */
final class FileListing {
    private final String after;
    private final int limit;
    private final List<Key> keys = new ArrayList<>();

    /**
     * Begins an empty page.
     *
     * @param after keys must be greater than this; null or "" for no bound
     * @param limit collect this many
     */
    FileListing(@Nullable Key after, int limit) {
        this.after = after == null ? "" : after.value();
        this.limit = limit;
    }

    /** Walks a folder to which a prefix of keys belongs, and gives what it found, up to the limit. */
    List<Key> walk(Path folder, String prefix) throws IOException {
        SortedMap<String, Path> parts = parts(folder, prefix);
        for (var part : parts.entrySet()) {
            if (keys.size() == limit) {
                break;
            }
            String key = prefix + part.getKey();
            if (isObject(key)) {
                keys.add(new Key(key));
            } else if (isFolder(part.getValue())) {
                walk(part.getValue(), key);
            }
        }
        return keys;
    }

    private SortedMap<String, Path> parts(Path folder, String prefix) throws IOException {
        var parts = new TreeMap<String, Path>();
        int objects = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String part = FileNames.toKeyPart(entry.getFileName().toString());
                if (part != null && isWanted(prefix + part)) {
                    parts.put(part, entry);
                    objects += isObject(part) ? 1 : 0;
                    // What lies behind a page's worth of objects is for later pages: a log may be long.
                    while (objects > limit) {
                        objects -= isObject(parts.pollLastEntry().getKey()) ? 1 : 0;
                    }
                }
            }
        } catch (NoSuchFileException e) {
            return new TreeMap<>();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return parts;
    }

    private static boolean isObject(String key) {
        return !key.endsWith("/");
    }

    /** A bound inside a folder leaves the folder wanted, for what lies behind the bound. */
    private boolean isWanted(String key) {
        return key.length() <= Key.MAX_LENGTH
                && (key.compareTo(after) > 0 || (!isObject(key) && after.startsWith(key)));
    }

    /** A plain file named like a folder is somebody's own; a link may lead anywhere, and hide keys or repeat them. */
    private static boolean isFolder(Path path) throws IOException {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                throw new CorruptionException("Cannot list " + path + ": expected a folder, found a symbolic link");
            }
            return attributes.isDirectory();
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
