package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Numbers that a child JVM prints on a line of their own, for its parent to judge. */
final class Figures {
    private static final String MARK = "figures:";

    private final Map<String, Double> figures = new LinkedHashMap<>();

    Figures with(String name, double value) {
        figures.put(name, value);
        return this;
    }

    Figures with(String name, long value) {
        return with(name, (double) value);
    }

    /** Reads them from what a child printed. */
    static Figures of(String output) {
        var read = new Figures();
        output.lines()
                .filter(line -> line.startsWith(MARK))
                .flatMap(line -> Stream.of(line.substring(MARK.length()).trim().split(" ")))
                .map(pair -> pair.split("="))
                .forEach(pair -> read.with(pair[0], Double.parseDouble(pair[1])));
        return read;
    }

    double get(String name) {
        return requireNonNull(figures.get(name), name);
    }

    @Override
    public String toString() {
        var line = new StringBuilder(MARK);
        figures.forEach(
                (name, value) -> line.append(' ').append(name).append('=').append(value));
        return line.toString();
    }
}
