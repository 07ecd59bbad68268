package io.mlops4j.examples.report;

import java.util.List;
import java.util.Locale;

/** Builds a page piece by piece; every text is escaped. Confined to one thread at a time. */
public final class Html {
    private final StringBuilder body = new StringBuilder();

    /** Starts an empty page. */
    public Html() {}

    /**
     * Escapes text for element content and attribute values.
     *
     * @param text any text
     * @return text without markup
     */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /**
     * Adds a heading.
     *
     * @param level 1 to 3
     * @param text the heading
     * @return this page
     */
    public Html heading(int level, String text) {
        body.append("<h" + level + ">").append(escape(text)).append("</h" + level + ">\n");
        return this;
    }

    /**
     * Adds a paragraph.
     *
     * @param text the paragraph
     * @return this page
     */
    public Html paragraph(String text) {
        body.append("<p>").append(escape(text)).append("</p>\n");
        return this;
    }

    /**
     * Adds a chart.
     *
     * @param chart a chart of {@link TimeChart}
     * @return this page
     */
    public Html chart(TimeChart chart) {
        body.append(chart.svg()).append('\n');
        return this;
    }

    /**
     * Adds a table; cells that look like numbers are set to the right.
     *
     * @param header the column heads
     * @param rows as many cells a row as there are heads
     * @return this page
     */
    public Html table(List<String> header, List<List<String>> rows) {
        body.append("<div class=\"wide\"><table><thead><tr>");
        header.forEach(cell -> body.append("<th>").append(escape(cell)).append("</th>"));
        body.append("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            body.append("<tr>");
            for (String cell : row) {
                String kind = cell.matches("-?[0-9][0-9.,]*%?") ? " class=\"number\"" : "";
                body.append("<td" + kind + ">").append(escape(cell)).append("</td>");
            }
            body.append("</tr>\n");
        }
        body.append("</tbody></table></div>\n");
        return this;
    }

    /**
     * Finishes the page.
     *
     * @param title of the window
     * @return a document that loads nothing from anywhere
     */
    public String page(String title) {
        return String.format(Locale.ROOT, """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <title>%s</title>
                <style>
                body { font: 15px/1.5 system-ui, sans-serif; color: #1d2733; background: #fff;
                       max-width: 1080px; margin: 2em auto; padding: 0 1em; }
                h1 { font-size: 1.6em; margin-bottom: .2em; } h2 { font-size: 1.2em; margin-top: 2em; }
                table { border-collapse: collapse; font-size: .9em; } .wide { overflow-x: auto; }
                th, td { padding: .3em .8em; border-bottom: 1px solid #dde3ea; text-align: left; vertical-align: top; }
                th { background: #f3f6f9; } th, td:first-child { white-space: nowrap; }
                td.number { text-align: right; font-variant-numeric: tabular-nums; }
                svg { width: 100%%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: #44515f; }
                </style>
                </head>
                <body>
                %s</body>
                </html>
                """, escape(title), body);
    }
}
