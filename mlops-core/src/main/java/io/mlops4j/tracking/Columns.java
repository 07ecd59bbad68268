package io.mlops4j.tracking;

import java.util.List;
import java.util.Locale;

/** Lays text out in columns. */
final class Columns {
    private static final int WIDEST = 40;

    private Columns() {}

    /** The first column to the left, all others to the right; long or unprintable text is cut and replaced. */
    static String align(List<List<String>> lines) {
        int[] widths = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], shown(line.get(i)).length());
            }
        }
        var out = new StringBuilder();
        for (List<String> line : lines) {
            out.append(pad(line.get(0), -widths[0]));
            for (int i = 1; i < widths.length; i++) {
                out.append("  ").append(pad(line.get(i), widths[i]));
            }
            out.append('\n');
        }
        return out.toString();
    }

    private static String pad(String cell, int width) {
        return String.format(Locale.ROOT, "%" + width + "s", shown(cell));
    }

    private static String shown(String cell) {
        String printable = cell.replaceAll("\\p{C}", "?");
        return printable.length() <= WIDEST ? printable : printable.substring(0, WIDEST - 1) + "…";
    }
}
