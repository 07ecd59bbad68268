package io.mlops4j.internal;

import java.util.Locale;

/** Makes text from outside safe to show: in messages, log lines and pages. */
public final class Text {
    private static final int SHOWN = 200;

    private Text() {}

    /**
     * Quotes a value for a message: control characters, quotes and non-ASCII are escaped, and long text is cut, so that
     * a hostile name can neither forge a log line nor flood it.
     *
     * @param value any text
     * @return the text in double quotes, at most some 200 characters
     */
    public static String quote(String value) {
        var out = new StringBuilder(Math.min(value.length(), SHOWN) + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            if (i == SHOWN) {
                return out.append("…\" (")
                        .append(value.length())
                        .append(" characters)")
                        .toString();
            }
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || c > '~') {
                        out.append("\\u").append(String.format(Locale.ROOT, "%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
