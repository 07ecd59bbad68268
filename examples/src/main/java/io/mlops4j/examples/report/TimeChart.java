package io.mlops4j.examples.report;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lines over time, and below them lanes of events on the same axis, as one SVG.
 *
 * <p>Confined to one thread at a time.
 */
public final class TimeChart {
    private static final int WIDTH = 1040;
    private static final int LEFT = 96;
    private static final int RIGHT = 16;
    private static final int TOP = 34;
    private static final int PLOT = 300;
    private static final int LANE = 26;
    private static final int FOOT = 28;

    private final LocalDate from;
    private final LocalDate to;
    private final double top;
    private final String unit;
    private final List<Line> lines = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();

    private TimeChart(LocalDate from, LocalDate to, double top, String unit) {
        this.from = from;
        this.to = to;
        this.top = top;
        this.unit = unit;
    }

    /**
     * A value at a day.
     *
     * @param date the day
     * @param value the value
     */
    public record Point(LocalDate date, double value) {}

    /**
     * An event at a day.
     *
     * @param date the day
     * @param text shown when the pointer rests on it
     */
    public record Mark(LocalDate date, String text) {}

    private record Line(String name, String color, List<Point> points) {}

    private record Lane(String name, String color, List<Mark> marks) {}

    /**
     * Starts a chart.
     *
     * @param from the left end
     * @param to the right end, after {@code from}
     * @param top the upper end of the value axis, which begins at 0; higher values are drawn at it
     * @param unit what the values are
     * @return an empty chart
     */
    public static TimeChart of(LocalDate from, LocalDate to, double top, String unit) {
        return new TimeChart(from, to, top, unit);
    }

    /**
     * Adds a line.
     *
     * @param name for the legend
     * @param color a CSS colour
     * @param points dates ascending
     * @return this chart
     */
    public TimeChart line(String name, String color, List<Point> points) {
        lines.add(new Line(name, color, List.copyOf(points)));
        return this;
    }

    /**
     * Adds a lane of events.
     *
     * @param name shown at the left
     * @param color a CSS colour
     * @param marks the events
     * @return this chart
     */
    public TimeChart lane(String name, String color, List<Mark> marks) {
        lanes.add(new Lane(name, color, List.copyOf(marks)));
        return this;
    }

    /**
     * Draws the chart.
     *
     * @return an {@code svg} element
     */
    public String svg() {
        int height = TOP + PLOT + lanes.size() * LANE + FOOT;
        var out = new StringBuilder();
        out.append("<svg viewBox=\"0 0 " + WIDTH + " " + height + "\" role=\"img\" aria-label=\"")
                .append(Html.escape(unit))
                .append("\">\n");
        valueAxis(out);
        timeAxis(out, height - FOOT);
        legend(out);
        lines.forEach(line -> draw(out, line));
        for (int i = 0; i < lanes.size(); i++) {
            draw(out, lanes.get(i), TOP + PLOT + i * LANE + LANE / 2.0);
        }
        return out.append("</svg>").toString();
    }

    private void valueAxis(StringBuilder out) {
        double step = top > 5 ? 2 : 1;
        for (double value = 0; value <= top; value += step) {
            double y = y(value);
            rule(out, LEFT, y, WIDTH - RIGHT, y);
            text(out, LEFT - 8, y + 4, "end", String.format(Locale.ROOT, "%.0f", value));
        }
        text(out, LEFT, 14, "start", unit);
    }

    private void timeAxis(StringBuilder out, double bottom) {
        for (int year = from.getYear(); year <= to.getYear(); year++) {
            LocalDate start = LocalDate.of(year, 1, 1);
            if (!start.isBefore(from) && start.isBefore(to)) {
                rule(out, x(start), TOP, x(start), bottom);
                text(out, x(start), bottom + 18, "middle", Integer.toString(year));
            }
        }
    }

    private void legend(StringBuilder out) {
        double x = LEFT + 220;
        for (Line line : lines) {
            out.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.0f\" y=\"5\" width=\"14\" height=\"10\" fill=\"%s\"/>%n",
                    x,
                    line.color()));
            text(out, x + 19, 14, "start", line.name());
            x += 34 + line.name().length() * 6.6;
        }
    }

    private void draw(StringBuilder out, Line line) {
        out.append("<polyline fill=\"none\" stroke-width=\"1.8\" stroke=\"" + line.color() + "\" points=\"");
        for (Point point : line.points()) {
            out.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.date()), y(point.value())));
        }
        out.append("\"/>\n");
    }

    private void draw(StringBuilder out, Lane lane, double y) {
        text(out, LEFT - 8, y + 4, "end", lane.name());
        for (Mark mark : lane.marks()) {
            out.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\" fill-opacity=\"0.8\"><title>%s</title></circle>%n",
                    x(mark.date()),
                    y,
                    lane.color(),
                    Html.escape(mark.date() + ": " + mark.text())));
        }
    }

    private static void rule(StringBuilder out, double x1, double y1, double x2, double y2) {
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#e3e8ee\"/>%n",
                x1,
                y1,
                x2,
                y2));
    }

    private static void text(StringBuilder out, double x, double y, String anchor, String text) {
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                Html.escape(text)));
    }

    private double x(LocalDate date) {
        double share = (double) ChronoUnit.DAYS.between(from, date) / ChronoUnit.DAYS.between(from, to);
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return TOP + PLOT * (1 - Math.min(value, top) / top);
    }
}
