package io.mlops4j.examples.ridership;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What can be known on the morning of a day: the day itself without its ridership, and the ridership of days at least
 * {@link RideDay#LAG_DAYS} back. The walk sees the data through this alone.
 *
 * <p>Thread-safe.
 */
final class Knowledge {
    private final RideData data;
    private final SimulatedClock clock;
    private final Map<LocalDate, RideDay> byDate = new HashMap<>();

    Knowledge(RideData data, SimulatedClock clock) {
        this.data = data;
        this.clock = clock;
        data.days().forEach(day -> byDate.put(day.date(), day));
    }

    /** The last day whose ridership is known this morning. */
    LocalDate newest() {
        return clock.today().minusDays(RideDay.LAG_DAYS);
    }

    /** The features of today, with today's weather as its forecast. */
    float[] today() {
        return Features.of(day(clock.today()));
    }

    /** What was ridden on the newest day that is known. */
    double newestRidership() {
        return day(newest()).ridership();
    }

    /**
     * Days whose ridership is known.
     *
     * @param from the first day
     * @param last the last day
     * @return dates ascending
     * @throws IllegalArgumentException if the last day's ridership is not known this morning
     */
    List<RideDay> known(LocalDate from, LocalDate last) {
        if (last.isAfter(newest())) {
            throw new IllegalArgumentException("Cannot look at the ridership of " + last + " on " + clock.today()
                    + ": the newest that is known is of " + newest());
        }
        return data.between(from, last.plusDays(1));
    }

    private RideDay day(LocalDate date) {
        RideDay day = byDate.get(date);
        if (day == null) {
            throw new IllegalArgumentException("The data has no day " + date);
        }
        return day;
    }
}
