package io.mlops4j.testkit;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock in UTC that stands still until it is told to move, so that cooldowns, schedules and windows can be tested in
 * no time at all.
 *
 * <p>Thread-safe.
 */
public final class ManualClock extends Clock {
    private volatile Instant now;

    private ManualClock(Instant now) {
        this.now = now;
    }

    /**
     * Starts a clock.
     *
     * @param now the instant it shows until it is moved
     * @return the clock
     */
    public static ManualClock at(Instant now) {
        return new ManualClock(requireNonNull(now, "now"));
    }

    /**
     * Moves the clock forward.
     *
     * @param by how far; negative moves it back, as real clocks sometimes do
     */
    public synchronized void advance(Duration by) {
        now = now.plus(by);
    }

    /**
     * Moves the clock to an instant.
     *
     * @param instant what it shows from now on
     */
    public synchronized void set(Instant instant) {
        now = requireNonNull(instant, "instant");
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    /** Returns this clock for UTC, and throws for any other zone. */
    @Override
    public Clock withZone(ZoneId zone) {
        if (zone.equals(ZoneOffset.UTC)) {
            return this;
        }
        throw new IllegalArgumentException("A manual clock shows UTC only, not " + zone);
    }
}
