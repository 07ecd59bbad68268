/**
 * Has the world moved from what the model was trained on? A {@link io.mlops4j.drift.ReferenceProfile} freezes the
 * training data into cells of equal mass, feature by feature; {@link io.mlops4j.drift.StripedCounts} count live values
 * into the same cells in nanoseconds. {@link io.mlops4j.drift.DriftScore}s compare the two sets of counts,
 * {@link io.mlops4j.drift.TwoSampleTest}s compare raw samples, and {@link io.mlops4j.drift.DriftDetector}s follow one
 * stream, such as a model's errors, value by value. {@link io.mlops4j.drift.DriftMonitor} puts them together for one
 * model: it hears every inference, answers with a {@link io.mlops4j.drift.DriftReport} by feature, and speaks to
 * retraining as a {@link io.mlops4j.training.DriftSignal}.
 *
 * <p>Everything here is deterministic: the same values in the same order give the same bytes, verdicts and alarms.
 */
@NullMarked
package io.mlops4j.drift;

import org.jspecify.annotations.NullMarked;
