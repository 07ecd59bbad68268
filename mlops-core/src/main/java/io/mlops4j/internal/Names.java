package io.mlops4j.internal;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one grammar for every name that can become part of a key or a path: {@code [A-Za-z0-9][A-Za-z0-9._-]*}, at most
 * 128 characters, no dot at the end, and no name that Windows reserves for a device. It leaves no room for traversal,
 * separators, escapes or control characters on any store.
 */
public final class Names {
    /** The longest name, in characters, which are bytes too, as names are ASCII. */
    public static final int MAX_LENGTH = 128;

    private static final Set<String> DEVICES = Set.of(
            "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
            "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9");

    private Names() {}

    /**
     * Checks a name.
     *
     * @param what what the name is for, as the message should say it: "model name"
     * @param name the name to check
     * @return the same name
     * @throws IllegalArgumentException if it breaks the grammar; the message names what, the value and the rule
     */
    public static String check(String what, String name) {
        String broken = broken(name);
        if (broken != null) {
            throw new IllegalArgumentException("Invalid " + what + " " + Text.quote(name) + ": " + broken);
        }
        return name;
    }

    /**
     * Whether a name keeps the grammar.
     *
     * @param name any text
     * @return true if {@link #check} would return it
     */
    public static boolean isValid(String name) {
        return broken(name) == null;
    }

    private static @Nullable String broken(String name) {
        if (name.isEmpty()) {
            return "is empty, expected 1 to " + MAX_LENGTH + " characters";
        }
        if (name.length() > MAX_LENGTH) {
            return "has " + name.length() + " characters, expected at most " + MAX_LENGTH;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            boolean inner = i > 0 && (c == '.' || c == '_' || c == '-');
            if (!alphanumeric && !inner) {
                return "character " + (i + 1) + " is not allowed, expected [A-Za-z0-9][A-Za-z0-9._-]*";
            }
        }
        if (name.endsWith(".")) {
            return "ends with a dot";
        }
        int dot = name.indexOf('.');
        String stem = (dot < 0 ? name : name.substring(0, dot)).toLowerCase(Locale.ROOT);
        return DEVICES.contains(stem) ? "is a device name on Windows" : null;
    }
}
