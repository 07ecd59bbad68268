package io.mlops4j.examples.ridership;

import io.mlops4j.examples.report.TimeChart;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * How wrong a way of predicting was, day by day.
 *
 * <p>Immutable.
 *
 * @param name what it is called in the report
 * @param days the days that were predicted, dates ascending; copied
 * @param errors predicted minus actual, thousands of rides, a day each; copied
 */
record Errors(String name, List<LocalDate> days, List<Double> errors) {
    private static final int SMOOTHED_DAYS = 90;
    private static final int EVERY = 7;

    Errors {
        days = List.copyOf(days);
        errors = List.copyOf(errors);
    }

    /** A way of predicting. */
    @FunctionalInterface
    interface Predictor {
        double predict(RideDay day);
    }

    static Errors of(String name, List<RideDay> days, Predictor predictor) {
        return new Errors(
                name,
                days.stream().map(RideDay::date).toList(),
                days.stream()
                        .map(day -> predictor.predict(day) - day.ridership())
                        .toList());
    }

    /** Root mean squared error, thousands of rides. */
    double rmse() {
        return rmse(0, errors.size());
    }

    private double rmse(int from, int to) {
        double squares = 0;
        for (double error : errors.subList(from, to)) {
            squares += error * error;
        }
        return Math.sqrt(squares / (to - from));
    }

    /** The root mean squared error of the ninety days up to each day, a point a week. */
    List<TimeChart.Point> smoothed() {
        List<TimeChart.Point> points = new ArrayList<>();
        for (int i = SMOOTHED_DAYS; i <= errors.size(); i += EVERY) {
            points.add(new TimeChart.Point(days.get(i - 1), rmse(i - SMOOTHED_DAYS, i)));
        }
        return points;
    }
}
