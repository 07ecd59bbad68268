package io.mlops4j.tribuo;

/**
 * Fits Tribuo's free names into the grammar of a tracker's keys.
 *
 * <p>Immutable.
 */
final class TrackedKeys {
    private TrackedKeys() {}

    /** The name with every character that a key may not have replaced by an underscore. */
    static String key(String name) {
        return name.isEmpty() ? "_" : name.replaceAll("[^A-Za-z0-9_.:-]", "_");
    }

    static String join(String key, String name) {
        return key + "." + key(name);
    }

    /** The first characters, never half of a pair. */
    static String cut(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
    }
}
