package io.mlops4j.drift;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.time.Instant;
import java.util.List;

/**
 * What a monitor found at one moment, feature by feature, the largest contribution first.
 *
 * <p>Immutable.
 *
 * @param model the model
 * @param at the moment
 * @param rows how many input rows were judged
 * @param features by contribution, descending; by side and name among equals; copied
 * @param detectors the detectors of errors, in the monitor's order; copied
 */
public record DriftReport(
        ModelName model, Instant at, long rows, List<FeatureDrift> features, List<DetectorStatus> detectors) {
    /** Copies the lists. */
    public DriftReport {
        requireNonNull(model, "model");
        requireNonNull(at, "at");
        features = List.copyOf(features);
        detectors = List.copyOf(detectors);
    }

    /**
     * Whether a feature has drifted or a detector has alarmed.
     *
     * @return whether anything did
     */
    public boolean alarm() {
        return features.stream().anyMatch(feature -> feature.verdict() == Verdict.DRIFT)
                || detectors.stream().anyMatch(detector -> detector.alarms() > 0);
    }

    /**
     * The strongest thing found: the largest strength of a feature or detector, at most 1. So 0 is a perfect match, 1 is
     * "at least one thing is past its threshold", and 0.5 is half way to it.
     *
     * @return 0 to 1
     */
    public double worst() {
        return Math.max(worstFeature(), worstDetector());
    }

    /**
     * The largest strength of a feature, at most 1.
     *
     * @return 0 to 1
     */
    public double worstFeature() {
        return features.stream()
                .mapToDouble(feature -> Math.min(1, feature.strength()))
                .max()
                .orElse(0);
    }

    /**
     * The largest strength of a detector of errors: the evidence, or 1 after an alarm.
     *
     * @return 0 to 1
     */
    public double worstDetector() {
        return detectors.stream().mapToDouble(DetectorStatus::strength).max().orElse(0);
    }

    /**
     * How many of the features have drifted.
     *
     * @return the share, 0 to 1
     */
    public double driftedShare() {
        return features.stream()
                .mapToDouble(feature -> feature.verdict() == Verdict.DRIFT ? 1 : 0)
                .average()
                .orElse(0);
    }

    /**
     * A plain-text table, one line a feature and detector, each line ended by a line feed.
     *
     * @return the table
     */
    public String table() {
        return DriftTable.of(this);
    }

    /**
     * What moved most, for people: names the detector or the feature, the statistic and its threshold.
     *
     * @return one line
     */
    public String reason() {
        return DriftTable.reason(this);
    }
}
