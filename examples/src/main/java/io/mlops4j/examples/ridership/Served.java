package io.mlops4j.examples.ridership;

import io.mlops4j.model.VersionId;
import java.time.LocalDate;

/**
 * A prediction that was given.
 *
 * <p>Immutable.
 *
 * @param date the day
 * @param version the version that answered
 * @param ridership the prediction, thousands of rides
 */
record Served(LocalDate date, VersionId version, float ridership) {}
