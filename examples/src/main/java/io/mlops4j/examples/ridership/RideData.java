package io.mlops4j.examples.ridership;

import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The days of a file, in the order of time. Everything in the file is checked as it is read: a column that is missing,
 * a number that is none or a date out of order is refused with file, line, column and value.
 *
 * <p>Immutable.
 *
 * @param days at least one, dates ascending; copied
 */
record RideData(List<RideDay> days) {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();

    RideData {
        days = List.copyOf(days);
    }

    /**
     * Reads a file.
     *
     * @param file a CSV file with the columns of {@code chicago-l-quickstart.csv}
     * @return its days
     * @throws NotFoundException if there is no such file
     * @throws RejectedInputException if it is malformed
     */
    static RideData read(Path file) {
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                CSVParser parser = FORMAT.parse(reader)) {
            requireColumns(file, parser.getHeaderNames());
            List<RideDay> days = new ArrayList<>();
            for (CSVRecord row : parser) {
                RideDay day = new Row(file, row).day();
                if (!days.isEmpty()
                        && !day.date().isAfter(days.get(days.size() - 1).date())) {
                    throw new RejectedInputException(at(file, row) + ": date " + day.date() + " does not come after "
                            + days.get(days.size() - 1).date());
                }
                days.add(day);
            }
            if (days.isEmpty()) {
                throw new RejectedInputException("Cannot use " + file + ": it has a header but no days");
            }
            return new RideData(days);
        } catch (NoSuchFileException e) {
            throw new NotFoundException("Cannot read rides: there is no file " + file, e);
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new RejectedInputException(
                    "Cannot read rides from " + file + ": it is no CSV file in UTF-8, " + e, e);
        }
    }

    private static void requireColumns(Path file, List<String> header) {
        List<String> missing =
                columns().filter(column -> !header.contains(column)).toList();
        if (!missing.isEmpty()) {
            throw new RejectedInputException("Cannot read rides from " + file + ": columns " + missing
                    + " are missing, expected " + columns().toList());
        }
    }

    private static Stream<String> columns() {
        return Stream.of(Stream.of("date"), RideDay.STATIONS.stream(), RideDay.WEATHER.stream(), Stream.of("ridership"))
                .flatMap(s -> s);
    }

    private static String at(Path file, CSVRecord row) {
        return "Cannot read rides from " + file + ", row " + row.getRecordNumber();
    }

    /**
     * The days in a span of time.
     *
     * @param from the first day
     * @param until the day after the last
     * @return the days, dates ascending; may be empty
     */
    List<RideDay> between(LocalDate from, LocalDate until) {
        return days.stream()
                .filter(day -> !day.date().isBefore(from) && day.date().isBefore(until))
                .toList();
    }

    /**
     * Identifies the content of some days, so that a model can say what it was trained on.
     *
     * @param name what to call them
     * @param days the days
     * @return name, digest and number
     */
    static DatasetRef reference(String name, List<RideDay> days) {
        var text = new StringBuilder();
        days.forEach(day -> text.append(day).append('\n'));
        return new DatasetRef(name, Digest.of(text.toString().getBytes(StandardCharsets.UTF_8)), days.size());
    }

    /** One row of the file, with errors that say where they are. */
    private record Row(Path file, CSVRecord row) {
        RideDay day() {
            return new RideDay(
                    date(),
                    RideDay.STATIONS.stream().map(this::feature).toList(),
                    RideDay.WEATHER.stream().map(this::feature).toList(),
                    number("ridership"));
        }

        private LocalDate date() {
            String text = text("date");
            try {
                return LocalDate.parse(text);
            } catch (DateTimeException e) {
                throw new RejectedInputException(
                        at(file, row) + ": column date holds \"" + text + "\", expected a day such as 2001-01-22", e);
            }
        }

        private float feature(String column) {
            return (float) number(column);
        }

        private double number(String column) {
            String text = text(column);
            try {
                double value = Double.parseDouble(text);
                if (Double.isFinite((float) value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw notANumber(column, text);
            }
            throw notANumber(column, text);
        }

        private RejectedInputException notANumber(String column, String text) {
            return new RejectedInputException(
                    at(file, row) + ": column " + column + " holds \"" + text + "\", expected a finite number");
        }

        private String text(String column) {
            if (!row.isConsistent()) {
                throw new RejectedInputException(at(file, row) + ": it has " + row.size() + " columns, expected "
                        + row.getParser().getHeaderNames().size());
            }
            return row.get(column);
        }
    }
}
