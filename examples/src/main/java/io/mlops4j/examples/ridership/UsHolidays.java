package io.mlops4j.examples.ridership;

import static java.time.DayOfWeek.MONDAY;
import static java.time.DayOfWeek.THURSDAY;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.MonthDay;
import java.time.temporal.TemporalAdjusters;
import java.util.List;

/**
 * The federal holidays of the United States (5 U.S.C. § 6103), known years in advance from the calendar alone. A holiday
 * that falls on a Saturday is observed on the Friday before, one on a Sunday on the Monday after.
 */
final class UsHolidays {
    /** A working day, as far as the calendar tells. */
    static final int NONE = 0;
    /** A holiday on which many still go to work. */
    static final int MINOR = 1;
    /** A holiday on which the city is quiet. */
    static final int MAJOR = 2;

    private static final List<MonthDay> MAJOR_DATES =
            List.of(MonthDay.of(1, 1), MonthDay.of(7, 4), MonthDay.of(12, 25));
    private static final MonthDay VETERANS = MonthDay.of(11, 11);

    private UsHolidays() {}

    /**
     * How quiet the calendar makes a day.
     *
     * @param date the day
     * @return {@link #NONE}, {@link #MINOR} or {@link #MAJOR}
     */
    static int weight(LocalDate date) {
        if (isMajor(date)) {
            return MAJOR;
        }
        return isMinor(date) ? MINOR : NONE;
    }

    private static boolean isMajor(LocalDate date) {
        return MAJOR_DATES.contains(MonthDay.from(date))
                || MAJOR_DATES.stream().anyMatch(holiday -> isObserved(holiday, date))
                || date.equals(last(MONDAY, date.withMonth(Month.MAY.getValue()).withDayOfMonth(1)))
                || isNth(1, MONDAY, Month.SEPTEMBER, date)
                || isNth(4, THURSDAY, Month.NOVEMBER, date);
    }

    private static boolean isMinor(LocalDate date) {
        return isNth(3, MONDAY, Month.JANUARY, date)
                || isNth(3, MONDAY, Month.FEBRUARY, date)
                || isNth(2, MONDAY, Month.OCTOBER, date)
                || isObserved(VETERANS, date);
    }

    private static boolean isNth(int n, DayOfWeek day, Month month, LocalDate date) {
        return date.getMonth() == month && date.equals(date.with(TemporalAdjusters.dayOfWeekInMonth(n, day)));
    }

    private static LocalDate last(DayOfWeek day, LocalDate inMonth) {
        return inMonth.with(TemporalAdjusters.lastInMonth(day));
    }

    private static boolean isObserved(MonthDay holiday, LocalDate date) {
        for (LocalDate near : List.of(date.minusDays(1), date, date.plusDays(1))) {
            if (MonthDay.from(near).equals(holiday)) {
                return switch (near.getDayOfWeek()) {
                    case SATURDAY -> date.equals(near.minusDays(1));
                    case SUNDAY -> date.equals(near.plusDays(1));
                    default -> date.equals(near);
                };
            }
        }
        return false;
    }
}
