package io.mlops4j.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The bytes of a file. What stands at the path is looked at before it is opened, each time: opening a pipe waits for
 * somebody to write into it, perhaps for ever. Links are followed once, when the content is made, and never after, so
 * that one that is turned elsewhere does not change what is read.
 *
 * <p>Immutable.
 *
 * @param file without links
 * @param size in bytes, when the content was made
 */
record FileContent(Path file, long size) implements Content {
    static FileContent of(Path given) throws IOException {
        Path file = given.toRealPath();
        return new FileContent(file, look(file).size());
    }

    private static BasicFileAttributes look(Path file) throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new NoSuchFileException(file.toString(), null, "not a regular file");
        }
        return attributes;
    }

    @Override
    public InputStream open() throws IOException {
        long now = look(file).size();
        if (now != size) {
            throw new FileSystemException(file.toString(), null, "it has " + now + " bytes, and had " + size);
        }
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }
}
