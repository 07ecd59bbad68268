package io.mlops4j.signing;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * The grammar of names in a manifest: relative POSIX paths, as a folder of files gives them. They are only ever compared,
 * never opened; what would be dangerous as a path is refused all the same, as the next reader may be less careful.
 */
final class ResourceName {
    /** By code point, not by UTF-16 unit, so that every language sorts alike. */
    static final Comparator<String> ORDER = ResourceName::compare;

    private static final int MAX_LENGTH = 1024;
    private static final int DELETE = 0x7f;

    private ResourceName() {}

    /** What is wrong with a name, or empty. */
    static Optional<String> broken(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            return Optional.of("has " + name.length() + " characters, expected 1 to " + MAX_LENGTH);
        }
        if (name.codePoints().anyMatch(ResourceName::isForbidden)) {
            return Optional.of("holds a control character, a backslash or half a surrogate pair");
        }
        for (String segment : name.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return Optional.of("a segment between / is empty or consists of dots");
            }
        }
        return Optional.empty();
    }

    private static boolean isForbidden(int c) {
        boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        return c < ' ' || c == DELETE || c == '\\' || surrogate;
    }

    private static int compare(String a, String b) {
        int[] left = a.codePoints().toArray();
        int[] right = b.codePoints().toArray();
        return Arrays.compare(left, right);
    }
}
