package io.mlops4j.card;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** A card as Markdown. */
record MarkdownCard(String title, String description, List<ModelCard.Section> sections) {
    String text() {
        var out = new StringBuilder("# ").append(escape(title)).append("\n");
        if (!description.isEmpty()) {
            out.append('\n');
            // A quote, so that no line of it can begin a heading, a list or a fence of the card.
            description
                    .lines()
                    .forEach(line -> out.append("> ").append(escape(line)).append('\n'));
        }
        for (ModelCard.Section section : sections) {
            out.append("\n## ").append(escape(section.title())).append("\n\n");
            List<String> columns = section.rows().get(0);
            out.append(row(columns)).append(row(Collections.nCopies(columns.size(), "---")));
            section.rows()
                    .subList(1, section.rows().size())
                    .forEach(row -> out.append(
                            row(row.stream().map(MarkdownCard::escape).toList())));
        }
        return out.toString();
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** Every character that means something in Markdown or HTML becomes an entity, every line break a space. */
    private static String escape(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isWhitespace(c) || Character.isISOControl(c) || Escapes.isInvisible(c)) {
                out.append(' ');
            } else if ("\\`*_{}[]()<>#+!|&~^$\"'@/".indexOf(c) >= 0) {
                out.append("&#").append(c).append(';');
            } else {
                out.appendCodePoint(c);
            }
        });
        // A bare address would become a link all the same.
        return out.toString().replace("://", ":&#47;&#47;").replace("www.", "www&#46;");
    }
}
