package io.mlops4j.tribuo;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Locale;

/**
 * Writes names as JSON.
 *
 * <p>Immutable.
 */
final class JsonText {
    private JsonText() {}

    static String array(List<String> values) {
        return values.stream().map(JsonText::string).collect(joining(",", "[", "]"));
    }

    static String string(String value) {
        var out = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
