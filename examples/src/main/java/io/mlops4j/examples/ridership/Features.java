package io.mlops4j.examples.ridership;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What the model sees of a day: Clark/Lake's ridership a fortnight before, the weather of the day, and what the calendar
 * says of the day. Nothing else; least of all the ridership of the day itself or of any day after the fortnight.
 */
final class Features {
    /** The names of the features in the order of {@link #of}, which is theirs by character, as Tribuo has it. */
    static final List<String> NAMES = List.of(
            "Clark_Lake",
            "after_holiday",
            "before_holiday",
            "day_of_week",
            "day_of_year",
            "holiday",
            "humidity",
            "percip",
            "temp_max",
            "trend",
            "wind_max");

    /** The features whose distribution is watched: those that the calendar does not fix in advance. */
    static final List<String> WATCHED = List.of("Clark_Lake", "humidity", "percip", "temp_max", "wind_max");

    private static final LocalDate FIRST_DAY = LocalDate.of(2001, 1, 22);
    private static final double DAYS_A_YEAR = 365.25;

    private Features() {}

    /**
     * The features of a day.
     *
     * @param day the day
     * @return a value for each of {@link #NAMES}: thousands of rides, °F, miles an hour, inches, percent, 1 (Monday) to
     *     7, 1 to 366, holiday weights of 0 to 2, and years since the data began
     */
    static float[] of(RideDay day) {
        float[] row = new float[NAMES.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = value(NAMES.get(i), day);
        }
        return row;
    }

    /**
     * The part of a row that is watched.
     *
     * @param row what {@link #of} gave
     * @return a value for each of {@link #WATCHED}
     */
    static float[] watched(float[] row) {
        float[] part = new float[WATCHED.size()];
        for (int i = 0; i < part.length; i++) {
            part[i] = row[NAMES.indexOf(WATCHED.get(i))];
        }
        return part;
    }

    private static float value(String name, RideDay day) {
        LocalDate date = day.date();
        return switch (name) {
            case "Clark_Lake" -> day.lagged().get(0);
            case "after_holiday" -> UsHolidays.weight(date.minusDays(1));
            case "before_holiday" -> UsHolidays.weight(date.plusDays(1));
            case "day_of_week" -> date.getDayOfWeek().getValue();
            case "day_of_year" -> date.getDayOfYear();
            case "holiday" -> UsHolidays.weight(date);
            case "trend" -> (float) (ChronoUnit.DAYS.between(FIRST_DAY, date) / DAYS_A_YEAR);
            default -> day.weather().get(RideDay.WEATHER.indexOf(name));
        };
    }
}
