package io.mlops4j.examples.ridership;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the model sees of a day: Clark/Lake's ridership a fortnight before, the weather of the day, and what the calendar
 * says of the day. Nothing else; least of all the ridership of the day itself or of any day after the fortnight.
 */
final class Features {
    /** The names of the features, in the order of {@link #of}. */
    static final List<String> NAMES = Stream.concat(
                    Stream.concat(Stream.of(RideDay.STATIONS.get(0)), RideDay.WEATHER.stream()),
                    Stream.of("day_of_week", "day_of_year", "holiday", "after_holiday", "before_holiday", "trend"))
            .toList();

    /** The features whose distribution is watched: those that the calendar does not fix in advance. */
    static final List<String> WATCHED = NAMES.subList(0, 1 + RideDay.WEATHER.size());

    private static final LocalDate FIRST_DAY = LocalDate.of(2001, 1, 22);
    private static final double DAYS_A_YEAR = 365.25;

    private Features() {}

    /**
     * The features of a day.
     *
     * @param day the day
     * @return {@code NAMES.size()} values: thousands of rides, °F, miles an hour, inches, percent, 1 (Monday) to 7,
     *     1 to 366, three holiday weights of 0 to 2, and years since the data began
     */
    static float[] of(RideDay day) {
        LocalDate date = day.date();
        float[] row = new float[NAMES.size()];
        int i = 0;
        row[i++] = day.lagged().get(0);
        for (float weather : day.weather()) {
            row[i++] = weather;
        }
        row[i++] = date.getDayOfWeek().getValue();
        row[i++] = date.getDayOfYear();
        row[i++] = UsHolidays.weight(date);
        row[i++] = UsHolidays.weight(date.minusDays(1));
        row[i++] = UsHolidays.weight(date.plusDays(1));
        row[i] = (float) (ChronoUnit.DAYS.between(FIRST_DAY, date) / DAYS_A_YEAR);
        return row;
    }
}
