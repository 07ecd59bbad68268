package io.mlops4j.examples.ridership;

import java.time.LocalDate;

/**
 * A moment at which the monitor began to see drift.
 *
 * <p>Immutable.
 *
 * @param date the day
 * @param reason what moved, in the monitor's words
 */
record Alarm(LocalDate date, String reason) {}
