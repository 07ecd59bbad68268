package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A schedule in the five fields of Unix cron: minute (0–59), hour (0–23), day of month (1–31), month (1–12 or JAN–DEC),
 * day of week (0–7 or SUN–SAT; 0 and 7 are Sunday). A field is {@code *}, or a list of numbers and ranges, each with an
 * optional step: {@code 0,30}, {@code 9-17}, {@code MON-FRI}, {@code 0-59/15}; {@code 5/15} means {@code 5-59/15}.
 *
 * <pre>{@code
 * Cron.of("0 2 * * SUN").next(Instant.parse("2005-03-01T00:00:00Z"))   // 2005-03-06T02:00:00Z
 * }</pre>
 *
 * <p>As in cron(5): if both day fields are restricted (neither begins with {@code *}), a day matches if either does.
 *
 * <p>Clock changes: a time that the clocks skip happens at the moment of the change, once; a time that they repeat
 * happens the first time only. A schedule whose minute and hour both begin with {@code *} follows the elapsed time
 * instead: every 15 minutes stays every 15 minutes.
 *
 * <p>As a {@link Trigger} it asks once for each time that has come since it was last looked at, however late; several
 * missed times are one.
 *
 * <p>Immutable.
 */
public final class Cron implements Trigger {
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    /** The longest gap between two leap days is eight years, as around 1900; weekdays make it 40 at most. */
    private static final int MAX_YEARS = 41;

    private final String expression;
    private final ZoneId zone;
    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet daysOfMonth;
    private final BitSet months;
    private final BitSet daysOfWeek;
    private final boolean eitherDay;
    private final boolean elapsed;

    private Cron(String expression, ZoneId zone, String[] fields) {
        this.expression = expression;
        this.zone = zone;
        minutes = new CronField("minute", 0, 59, List.of()).parse(fields[0]);
        hours = new CronField("hour", 0, 23, List.of()).parse(fields[1]);
        daysOfMonth = new CronField("day of month", 1, 31, List.of()).parse(fields[2]);
        months = new CronField("month", 1, 12, MONTHS).parse(fields[3]);
        daysOfWeek = new CronField("day of week", 0, 7, DAYS).parse(fields[4]);
        if (daysOfWeek.get(7)) {
            daysOfWeek.set(0);
        }
        eitherDay = !fields[2].startsWith("*") && !fields[4].startsWith("*");
        elapsed = fields[0].startsWith("*") && fields[1].startsWith("*");
    }

    /**
     * Parses a schedule in UTC.
     *
     * @param expression five fields, separated by blanks
     * @return the schedule
     * @throws IllegalArgumentException if a field is malformed or out of range, or no day ever matches; the message
     *     names the field
     */
    public static Cron of(String expression) {
        return of(expression, ZoneOffset.UTC);
    }

    /**
     * Parses a schedule in a time zone.
     *
     * @param expression five fields, separated by blanks
     * @param zone whose wall clock the fields mean
     * @return the schedule
     * @throws IllegalArgumentException as {@link #of(String)}
     */
    public static Cron of(String expression, ZoneId zone) {
        requireNonNull(zone, "zone");
        String[] fields = expression.trim().split("[ \t]+", -1);
        if (fields.length != 5) {
            throw new IllegalArgumentException("Invalid cron expression " + Text.quote(expression) + ": has "
                    + fields.length + " fields, expected 5: minute, hour, day of month, month, day of week");
        }
        try {
            var cron = new Cron(expression.trim(), zone, fields);
            cron.requireSomeDay();
            return cron;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Invalid cron expression " + Text.quote(expression) + ": " + e.getMessage(), e);
        }
    }

    private void requireSomeDay() {
        // 2000 to 2027 hold every pairing of date and weekday, leap days included.
        for (LocalDate day = LocalDate.of(2000, 1, 1); day.getYear() < 2028; day = day.plusDays(1)) {
            if (matches(day)) {
                return;
            }
        }
        throw new IllegalArgumentException("no day matches, such as February 30");
    }

    /**
     * The first time after an instant.
     *
     * @param after the instant; itself never the answer
     * @return the next time of the schedule
     */
    public Instant next(Instant after) {
        return elapsed ? nextElapsed(after) : nextOnTheWall(after);
    }

    /** Looks at every local minute in the order in which it really comes. */
    private Instant nextElapsed(Instant after) {
        Instant time = after.truncatedTo(ChronoUnit.MINUTES).plusSeconds(60);
        LocalDateTime local = LocalDateTime.ofInstant(time, zone);
        LocalDate last = local.toLocalDate().plusYears(MAX_YEARS);
        while (local.toLocalDate().isBefore(last)) {
            if (!matches(local.toLocalDate())) {
                time = local.toLocalDate().plusDays(1).atStartOfDay(zone).toInstant();
            } else if (hours.get(local.getHour()) && minutes.get(local.getMinute())) {
                return time;
            } else {
                time = time.plusSeconds(60);
            }
            local = LocalDateTime.ofInstant(time, zone);
        }
        throw new IllegalStateException("Schedule " + this + " has no time within " + MAX_YEARS + " years");
    }

    private Instant nextOnTheWall(Instant after) {
        LocalDate today = LocalDateTime.ofInstant(after, zone).toLocalDate();
        // A time that yesterday's clock skipped over midnight happens today.
        for (LocalDate day = today.minusDays(1); day.isBefore(today.plusYears(MAX_YEARS)); day = day.plusDays(1)) {
            if (matches(day)) {
                Optional<Instant> time = nextOn(day, after);
                if (time.isPresent()) {
                    return time.get();
                }
            }
        }
        throw new IllegalStateException("Schedule " + this + " has no time within " + MAX_YEARS + " years");
    }

    private Optional<Instant> nextOn(LocalDate day, Instant after) {
        for (int hour = hours.nextSetBit(0); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
            for (int minute = minutes.nextSetBit(0); minute >= 0; minute = minutes.nextSetBit(minute + 1)) {
                Instant time = instant(day.atTime(hour, minute));
                if (time.isAfter(after)) {
                    return Optional.of(time);
                }
            }
        }
        return Optional.empty();
    }

    private Instant instant(LocalDateTime local) {
        ZoneOffsetTransition change = zone.getRules().getTransition(local);
        if (change != null && change.isGap()) {
            return change.getInstant();
        }
        // Of two offsets in an overlap, ofLocal takes the earlier time.
        return local.atZone(zone).toInstant();
    }

    private boolean matches(LocalDate day) {
        if (!months.get(day.getMonthValue())) {
            return false;
        }
        boolean ofMonth = daysOfMonth.get(day.getDayOfMonth());
        boolean ofWeek = daysOfWeek.get(day.getDayOfWeek().getValue() % 7);
        return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
    }

    @Override
    public String name() {
        return "schedule " + expression;
    }

    @Override
    public Optional<Ask> check(Situation situation) {
        Instant due = next(situation.since());
        if (due.isAfter(situation.at())) {
            return Optional.empty();
        }
        return Optional.of(new Ask(name(), "it was due at " + due, Optional.of(due)));
    }

    /** The expression, and the zone if it is not UTC. */
    @Override
    public String toString() {
        return zone.equals(ZoneOffset.UTC) ? expression : expression + " " + zone;
    }
}
