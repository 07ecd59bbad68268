package io.mlops4j.examples.ridership;

import java.time.Duration;
import java.time.LocalDate;

/**
 * The constants of the loop, each with its reason. They were chosen by looking at this very walk, so the error that the
 * loop reaches says that the loop works, not how well it would do on another city.
 *
 * <p>Immutable.
 *
 * @param start the first day that is predicted: four years after the data begins
 * @param end the day after the last that is predicted
 * @param seed of the trainer
 */
record LoopSettings(LocalDate start, LocalDate end, long seed) {
    /** Training looks back four years: as long as the first model's data. */
    static final int TRAINING_DAYS = 1461;

    /** The newest labelled days, kept from training so that both models are judged on days neither has seen. */
    static final int HOLDOUT_DAYS = 14;

    /** Thousands of rides: an error this large is no reason to worry. */
    static final double TOLERANCE = 1.0;

    /** Thousands of rides: beyond it an error counts no more, so that one snow storm does not retrain the model. */
    static final double CLIP = 4.0;

    /** How much excess error, in thousands of rides, makes drift certain. */
    static final double DRIFT_AT = 20;

    /** Full drift alone is enough; new rows alone never are. */
    static final double THRESHOLD = 0.6;

    /** New rows count in full after a year. */
    static final long ROW_SCALE = 365;

    /** A model that is older than a year is trained anew whatever the signals say. */
    static final Duration STALE_AFTER = Duration.ofDays(365);

    /** Retrained a month ago: let the last one show what it can do. */
    static final Duration COOLDOWN = Duration.ofDays(28);

    /** A promoted model is on trial for this many days with known truth. */
    static final int TRIAL_DAYS = 28;

    /** Rolled back if its errors exceed the predecessor's by this many standard errors: one-sided, 5%. */
    static final double ROLLBACK_Z = 1.645;

    /** Days of inputs that are compared with those of training: a year, so that seasons meet their like. */
    static final int WATCHED_DAYS = 365;

    static final LocalDate DEFAULT_START = LocalDate.of(2005, 1, 1);

    static final long DEFAULT_SEED = 20010122;
}
