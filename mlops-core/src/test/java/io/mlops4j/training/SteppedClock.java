package io.mlops4j.training;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Stands still until it is moved; the published one lives in mlops-testkit, which core's own tests cannot see. */
public final class SteppedClock extends Clock {
    private volatile Instant now;

    private SteppedClock(Instant now) {
        this.now = now;
    }

    public static SteppedClock at(String instant) {
        return new SteppedClock(Instant.parse(instant));
    }

    public synchronized void advance(Duration by) {
        now = now.plus(by);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.fixed(now, zone);
    }
}
