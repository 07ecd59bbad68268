package io.mlops4j.tracking;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Runs side by side: the parameters in which they differ, and all their metrics.
 *
 * <pre>{@code
 * System.out.println(tracker.compare(List.of("r1", "r2")).table());
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param runs two or more, in the order of columns; copied
 * @param parameters by name, a value for each run or empty, for each parameter that not all have with the same value
 * @param metrics by name, the value at the greatest step for each run or empty
 */
public record RunComparison(
        List<RunRecord> runs,
        SortedMap<String, List<Optional<String>>> parameters,
        SortedMap<String, List<Optional<Double>>> metrics) {
    /**
     * Copies the collections.
     *
     * @throws IllegalArgumentException if there are fewer than two runs
     */
    public RunComparison {
        runs = List.copyOf(runs);
        if (runs.size() < 2) {
            throw new IllegalArgumentException("Cannot compare " + runs.size() + " runs: expected two or more");
        }
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }

    /**
     * Compares runs.
     *
     * @param runs two or more
     * @return their differences
     * @throws IllegalArgumentException if there are fewer than two
     */
    public static RunComparison of(List<RunRecord> runs) {
        var parameters = rows(runs, RunRecord::parameters);
        parameters.values().removeIf(values -> new LinkedHashSet<>(values).size() == 1);
        SortedMap<String, List<Optional<Double>>> metrics = new TreeMap<>();
        rows(runs, RunRecord::metrics)
                .forEach((name, points) -> metrics.put(
                        name,
                        points.stream()
                                .map(point -> point.map(MetricPoint::value))
                                .toList()));
        return new RunComparison(runs, parameters, metrics);
    }

    private static <V> SortedMap<String, List<Optional<V>>> rows(
            List<RunRecord> runs, Function<RunRecord, ? extends Map<String, V>> part) {
        SortedSet<String> names = new TreeSet<>();
        runs.forEach(run -> names.addAll(part.apply(run).keySet()));
        SortedMap<String, List<Optional<V>>> rows = new TreeMap<>();
        for (String name : names) {
            rows.put(
                    name,
                    runs.stream()
                            .map(run -> Optional.ofNullable(part.apply(run).get(name)))
                            .toList());
        }
        return rows;
    }

    /**
     * Writes the comparison for people: a column a run; status, then parameters, then metrics.
     *
     * @return lines of a table, each ended by a line feed; missing values are {@code -}
     */
    public String table() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(line("run", runs.stream().map(RunRecord::id).toList()));
        lines.add(line("status", runs.stream().map(run -> run.status().name()).toList()));
        parameters.forEach((name, values) -> lines.add(line(name, values)));
        metrics.forEach((name, values) -> lines.add(line(name, values)));
        return Columns.align(lines);
    }

    private static List<String> line(String name, List<?> values) {
        List<String> line = new ArrayList<>(List.of(name));
        for (Object value : values) {
            Object shown = value instanceof Optional<?> maybe
                    ? maybe.map(Object::toString).orElse("-")
                    : value;
            line.add(shown.toString());
        }
        return line;
    }
}
