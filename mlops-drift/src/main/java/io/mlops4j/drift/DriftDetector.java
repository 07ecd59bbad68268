package io.mlops4j.drift;

/**
 * Follows one stream, value by value, and says when its mean has changed: a model's errors, say. A detector of one
 * configuration is deterministic: the same values give the same alarms, at the same index, also when its state was
 * saved and restored in between.
 *
 * <pre>{@code
 * DriftDetector detector = PageHinkley.withDefaults();
 * for (double error : errors) {
 *     if (detector.update(error) == DetectorState.DRIFT) {
 *         retrain();
 *     }
 * }
 * }</pre>
 *
 * <p>Implementations are confined to one thread at a time.
 */
public interface DriftDetector {
    /**
     * The detector's name, as reports show it.
     *
     * @return a short name in lower case, such as {@code page-hinkley}
     */
    String name();

    /**
     * Takes the next value.
     *
     * @param value a number within ±1e100, so that sums of squares stay finite
     * @return what the detector makes of the stream up to this value; {@link DetectorState#DRIFT} for the one value that
     *     raised the alarm
     * @throws IllegalArgumentException if the value is NaN, infinite or beyond that; the detector is unchanged
     */
    DetectorState update(double value);

    /**
     * How close the detector is to an alarm.
     *
     * @return 0 (nothing) to 1 (alarm), as of the last time it looked
     */
    double evidence();

    /** Forgets everything but the parameters. */
    void reset();

    /**
     * The state, parameters included.
     *
     * @return bytes for {@link #restore}, bounded by a few KiB
     */
    byte[] save();

    /**
     * Takes up a saved state.
     *
     * @param saved what {@link #save} of a detector of the same kind and parameters gave
     * @throws io.mlops4j.CorruptionException if the bytes are not such a state, or one of other parameters; the detector
     *     is unchanged
     */
    void restore(byte[] saved);
}
