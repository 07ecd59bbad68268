package io.mlops4j.registry;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.VersionId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A lineage as boxes and arrows. Boxes have ids of our own, so that a name from outside stands in labels only.
 *
 * <p>Confined to one thread at a time.
 */
final class LineageChart {
    private enum Shape {
        CURRENT,
        VERSION,
        RUN,
        DATASET
    }

    private record Box(String id, Shape shape, String label) {}

    private record Arrow(Box from, Box to) {}

    private final Map<String, Box> boxes = new LinkedHashMap<>();
    private final List<Arrow> arrows = new ArrayList<>();

    private LineageChart() {}

    static LineageChart of(Lineage lineage) {
        var chart = new LineageChart();
        for (VersionId id : lineage.nodes().keySet()) {
            chart.version(id, id.equals(lineage.version()) ? Shape.CURRENT : Shape.VERSION);
        }
        lineage.nodes().forEach((id, node) -> {
            Box version = chart.version(id, Shape.VERSION);
            // A parent or child beside the graph is a sibling's, and not drawn.
            node.parents().stream()
                    .filter(parent -> lineage.nodes().containsKey(parent))
                    .forEach(parent -> chart.arrows.add(new Arrow(chart.version(parent, Shape.VERSION), version)));
            node.run()
                    .ifPresent(run ->
                            chart.arrows.add(new Arrow(chart.box("run " + run, Shape.RUN, "run " + run), version)));
            for (DatasetRef dataset : node.datasets()) {
                String digest = dataset.digest().hex();
                Box data = chart.box(
                        "data " + dataset.name() + " " + digest,
                        Shape.DATASET,
                        dataset.name() + " " + digest.substring(0, 12));
                chart.arrows.add(new Arrow(data, version));
            }
        });
        return chart;
    }

    private Box version(VersionId id, Shape shape) {
        return box("version " + id, shape, id.toString());
    }

    private Box box(String key, Shape shape, String label) {
        return boxes.computeIfAbsent(key, absent -> new Box("n" + boxes.size(), shape, label));
    }

    String mermaid() {
        var out = new StringBuilder("flowchart LR\n");
        for (Box box : boxes.values()) {
            String label = '"' + entities(box.label()) + '"';
            out.append("  ")
                    .append(box.id())
                    .append(
                            switch (box.shape()) {
                                case CURRENT -> "[" + label + "]:::current";
                                case VERSION -> "[" + label + "]";
                                case RUN -> "(" + label + ")";
                                case DATASET -> "[(" + label + ")]";
                            });
            out.append('\n');
        }
        for (Arrow arrow : arrows) {
            out.append("  ")
                    .append(arrow.from().id())
                    .append(" --> ")
                    .append(arrow.to().id())
                    .append('\n');
        }
        return out.append("  classDef current stroke-width:3px\n").toString();
    }

    String dot() {
        var out = new StringBuilder("digraph lineage {\n  rankdir=LR;\n");
        for (Box box : boxes.values()) {
            String shape =
                    switch (box.shape()) {
                        case CURRENT -> "box, style=bold";
                        case VERSION -> "box";
                        case RUN -> "ellipse";
                        case DATASET -> "cylinder";
                    };
            out.append("  ")
                    .append(box.id())
                    .append(" [label=\"")
                    .append(quoted(box.label()))
                    .append("\", shape=")
                    .append(shape)
                    .append("];\n");
        }
        for (Arrow arrow : arrows) {
            out.append("  ")
                    .append(arrow.from().id())
                    .append(" -> ")
                    .append(arrow.to().id())
                    .append(";\n");
        }
        return out.append("}\n").toString();
    }

    /** Mermaid reads {@code #35;} as the character with that number: all that could mean something is written so. */
    private static String entities(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (Character.isLetterOrDigit(c) || " .:_-".indexOf(c) >= 0) {
                out.appendCodePoint(c);
            } else {
                out.append('#').append(c).append(';');
            }
        });
        return out.toString();
    }

    private static String quoted(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').appendCodePoint(c);
            } else if (c < ' ' || c == 0x7f) {
                out.append(String.format(Locale.ROOT, "\\\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }
}
