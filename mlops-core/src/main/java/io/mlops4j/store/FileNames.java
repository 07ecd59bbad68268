package io.mlops4j.store;

import io.mlops4j.internal.Names;
import java.math.BigInteger;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How keys become paths. Every segment but the last is a folder of the same name; the last is a file whose name ends
 * in {@code =}: key {@code logs/rides/1} is the file {@code logs/rides/1=}. As {@code =} cannot occur in a key, an
 * object and a folder of one name live side by side, and what others leave in the directory is not taken for an
 * object.
 *
 * <p>A segment with upper-case letters says which they are, as a hexadecimal number whose bit i stands for character
 * i: object {@code Rides} is {@code Rides=1}, folder {@code Rides} is {@code Rides+1}. So names that differ in case
 * only stay apart on file systems that do not tell case. The longest segment, 128 characters, makes a name of at most
 * 161.
 */
final class FileNames {
    private static final char OBJECT = '=';
    private static final char FOLDER = '+';

    private FileNames() {}

    /** The file name of an object. */
    static String ofObject(String segment) {
        return segment + OBJECT + upperCase(segment);
    }

    /** The file name of a folder. */
    static String ofFolder(String segment) {
        String upperCase = upperCase(segment);
        return upperCase.isEmpty() ? segment : segment + FOLDER + upperCase;
    }

    /** The folder of all keys with a prefix. */
    static Path folder(Path root, Prefix prefix) {
        Path path = root;
        for (int from = 0, to; (to = prefix.value().indexOf('/', from)) >= 0; from = to + 1) {
            path = path.resolve(ofFolder(prefix.value().substring(from, to)));
        }
        return path;
    }

    /** The file of a key. */
    static Path file(Path root, Key key) {
        int last = key.value().lastIndexOf('/') + 1;
        Prefix prefix = new Prefix(key.value().substring(0, last));
        return folder(root, prefix).resolve(ofObject(key.value().substring(last)));
    }

    /**
     * What an entry of a folder adds to a key: a segment if it is named like an object, a segment and {@code /} if it
     * is named like a folder, null if it is none of ours. These strings order as the keys do that begin with them.
     */
    static @Nullable String toKeyPart(String fileName) {
        int end = Math.max(fileName.indexOf(OBJECT), fileName.indexOf(FOLDER));
        String segment = end < 0 ? fileName : fileName.substring(0, end);
        if (!Names.isValid(segment)) {
            return null;
        }
        if (fileName.equals(ofFolder(segment))) {
            return segment + "/";
        }
        return fileName.equals(ofObject(segment)) ? segment : null;
    }

    private static String upperCase(String segment) {
        BigInteger mask = BigInteger.ZERO;
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                mask = mask.setBit(i);
            }
        }
        return mask.signum() == 0 ? "" : mask.toString(16);
    }
}
