package io.mlops4j.internal;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The grammar of keys of metrics, parameters and tags, and the bounds of free text. Keys follow what tracking servers
 * accept: 1 to 250 characters of {@code [A-Za-z0-9_./: -]}, where {@code /} separates segments that are neither empty
 * nor dots only.
 */
public final class Labels {
    /** The longest key, in characters. */
    public static final int MAX_KEY = 250;

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_./: -]+");

    private Labels() {}

    /**
     * Checks a key.
     *
     * @param what what the key is for, as the message should say it: "metric name"
     * @param key the key
     * @return the same key
     * @throws IllegalArgumentException if it breaks the grammar
     */
    public static String key(String what, String key) {
        text(what, key, MAX_KEY);
        if (key.isEmpty() || !KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "Invalid " + what + " " + Text.quote(key) + ": expected 1 to 250 of [A-Za-z0-9_./: -]");
        }
        for (String segment : key.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException("Invalid " + what + " " + Text.quote(key)
                        + ": a segment between / is empty or consists of dots");
            }
        }
        return key;
    }

    /**
     * Checks free text: its length, and that it is well-formed Unicode, which is all that can be stored.
     *
     * @param what what the text is for
     * @param text may be empty
     * @param max the most characters
     * @return the same text
     * @throws IllegalArgumentException if it is too long or holds half a surrogate pair
     */
    public static String text(String what, String text, int max) {
        if (text.length() > max) {
            throw new IllegalArgumentException("Invalid " + what + " " + Text.quote(text) + ": has " + text.length()
                    + " characters, expected at most " + max);
        }
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                throw new IllegalArgumentException(
                        "Invalid " + what + " " + Text.quote(text) + ": holds half a surrogate pair");
            }
        }
        return text;
    }

    /**
     * Checks free text that must say something.
     *
     * @param what what the text is for
     * @param text not blank
     * @param max the most characters
     * @return the same text
     * @throws IllegalArgumentException if it is blank, too long or not well-formed
     */
    public static String said(String what, String text, int max) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("Invalid " + what + " " + Text.quote(text) + ": is blank");
        }
        return text(what, text, max);
    }

    /**
     * Makes any text fit to be stored: half surrogate pairs become {@code ?}, and what is too long is cut.
     *
     * @param text any text
     * @param max the most characters
     * @return well-formed text
     */
    public static String fit(String text, int max) {
        String cut = text.length() <= max ? text : text.substring(0, max);
        return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
