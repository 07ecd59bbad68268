package io.mlops4j.card;

import java.util.List;

/** A card as an HTML page. */
record HtmlCard(String title, String description, List<ModelCard.Section> sections) {
    private static final String STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
            + "padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3rem .6rem;"
            + "text-align:left;overflow-wrap:anywhere}p{white-space:pre-wrap}";

    String text() {
        var out = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" ")
                .append("content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>")
                .append(escape(title))
                .append("</title>\n<style>")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<h1>")
                .append(escape(title))
                .append("</h1>\n");
        if (!description.isEmpty()) {
            out.append("<p>").append(escape(description)).append("</p>\n");
        }
        sections.forEach(section -> table(out, section));
        return out.append("</body>\n</html>\n").toString();
    }

    private static void table(StringBuilder out, ModelCard.Section section) {
        out.append("<h2>").append(escape(section.title())).append("</h2>\n<table>\n");
        String cell = "th";
        for (List<String> row : section.rows()) {
            if (!row.stream().allMatch(String::isEmpty)) {
                out.append("<tr>");
                for (String text : row) {
                    out.append('<').append(cell).append('>').append(escape(text));
                    out.append("</").append(cell).append('>');
                }
                out.append("</tr>\n");
            }
            cell = "td";
        }
        out.append("</table>\n");
    }

    private static String escape(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n' -> out.append('\n');
                default -> {
                    if (Character.isISOControl(c) || Escapes.isInvisible(c)) {
                        out.append(' ');
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.toString();
    }
}
