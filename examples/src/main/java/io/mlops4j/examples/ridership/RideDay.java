package io.mlops4j.examples.ridership;

import java.time.LocalDate;
import java.util.List;

/**
 * One day of the Chicago L data.
 *
 * <p>Immutable.
 *
 * @param date the day
 * @param lagged ridership of eight stations fourteen days before, in thousands of rides, in the order of
 *     {@link #STATIONS}; copied
 * @param weather of the day itself, in the order of {@link #WEATHER}; it stands for that day's forecast; copied
 * @param ridership what is to be predicted: rides at Clark/Lake on the day, in thousands
 */
record RideDay(LocalDate date, List<Float> lagged, List<Float> weather, double ridership) {
    /** The columns of lagged ridership. The first is Clark/Lake, the station whose ridership is predicted. */
    static final List<String> STATIONS = List.of(
            "Clark_Lake", "Quincy_Wells", "Belmont", "Monroe", "Polk", "Clinton", "Washington_Wells", "Addison");

    /** The columns of weather: °F, miles an hour, inches, percent. */
    static final List<String> WEATHER = List.of("temp_max", "wind_max", "percip", "humidity");

    /** How old a ridership figure is when it becomes known, in days: why the lagged columns are lagged as they are. */
    static final int LAG_DAYS = 14;

    RideDay {
        lagged = List.copyOf(lagged);
        weather = List.copyOf(weather);
    }
}
