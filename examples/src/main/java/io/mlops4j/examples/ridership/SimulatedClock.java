package io.mlops4j.examples.ridership;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Shows six o'clock in the morning of the day that the walk has reached. Thread-safe. */
final class SimulatedClock extends Clock {
    private static final LocalTime MORNING = LocalTime.of(6, 0);

    private volatile LocalDate today;

    SimulatedClock(LocalDate today) {
        this.today = today;
    }

    void set(LocalDate date) {
        today = date;
    }

    LocalDate today() {
        return today;
    }

    @Override
    public Instant instant() {
        return today.atTime(MORNING).toInstant(ZoneOffset.UTC);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.fixed(instant(), zone);
    }
}
