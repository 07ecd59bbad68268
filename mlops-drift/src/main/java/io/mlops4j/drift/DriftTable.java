package io.mlops4j.drift;

import java.util.Locale;
import java.util.stream.Collectors;

/** Renders a {@link DriftReport} as text. */
final class DriftTable {
    private static final int NAME_WIDTH = 28;
    private static final String ROW = "%-7s %-" + NAME_WIDTH + "s %-8s %6s  %s%n".replace("%n", "\n");

    private DriftTable() {}

    static String of(DriftReport report) {
        var out = new StringBuilder("drift of " + report.model() + " at " + report.at() + ", " + report.rows()
                + " rows: " + reason(report) + "\n");
        out.append(line("side", "feature", "verdict", "share", "value/threshold"));
        for (FeatureDrift feature : report.features()) {
            String share = String.format(Locale.ROOT, "%.1f%%", 100 * feature.contribution());
            String measured =
                    feature.measurements().stream().map(DriftTable::show).collect(Collectors.joining(", "));
            out.append(line(
                    feature.side().toString(),
                    feature.feature(),
                    feature.verdict().toString(),
                    share,
                    measured));
        }
        for (DetectorStatus detector : report.detectors()) {
            String verdict = (detector.alarms() > 0 ? Verdict.DRIFT : Verdict.STABLE).toString();
            out.append(line("error", detector.detector(), verdict, "", show(detector)));
        }
        return out.toString();
    }

    private static String line(String side, String name, String verdict, String share, String measured) {
        String shown = name.length() <= NAME_WIDTH ? name : name.substring(0, NAME_WIDTH - 1) + "…";
        return String.format(Locale.ROOT, ROW, side, shown, verdict, share, measured);
    }

    private static String show(Measurement measurement) {
        return String.format(
                Locale.ROOT, "%s %.4f/%.4f", measurement.score(), measurement.value(), measurement.threshold());
    }

    private static String show(DetectorStatus detector) {
        return String.format(
                Locale.ROOT,
                "evidence %.4f/1 after %d errors, %d alarms%s",
                detector.evidence(),
                detector.errors(),
                detector.alarms(),
                detector.firstAlarm().isPresent()
                        ? ", first at error " + detector.firstAlarm().getAsLong()
                        : "");
    }

    /** The first detector that has alarmed, and the feature that contributes most. */
    static String reason(DriftReport report) {
        String feature = report.features().stream()
                .findFirst()
                .map(first -> reason(first, report.rows()))
                .orElse("");
        return report.detectors().stream()
                .filter(detector -> detector.alarms() > 0)
                .findFirst()
                .map(detector -> detector.detector() + " on errors: " + show(detector) + "; " + feature)
                .orElse(feature);
    }

    private static String reason(FeatureDrift feature, long rows) {
        if (feature.strongest().isEmpty()) {
            return "too few rows to judge features";
        }
        Measurement strongest = feature.strongest().orElseThrow();
        return String.format(
                Locale.ROOT,
                "%s: %s of %s %s is %.4f, threshold %.4f, over %d rows",
                feature.verdict() == Verdict.DRIFT ? "drift" : "no drift",
                strongest.score(),
                feature.side(),
                feature.feature(),
                strongest.value(),
                strongest.threshold(),
                rows);
    }
}
