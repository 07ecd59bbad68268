package io.mlops4j.drift;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The detectors that follow a model's errors, and what they have said since the reference was last set.
 *
 * <p>Thread-safe.
 */
final class ErrorWatch {
    private final List<DriftDetector> detectors;

    @GuardedBy("this") private final long[] alarms;

    @GuardedBy("this") private final long[] firstAlarms;

    @GuardedBy("this") private long errors;

    ErrorWatch(List<DriftDetector> detectors) {
        this.detectors = List.copyOf(detectors);
        this.alarms = new long[detectors.size()];
        this.firstAlarms = new long[detectors.size()];
    }

    synchronized void record(double error) {
        Samples.requireTame(error);
        errors++;
        for (int i = 0; i < alarms.length; i++) {
            if (detectors.get(i).update(error) == DetectorState.DRIFT) {
                alarms[i]++;
                firstAlarms[i] = firstAlarms[i] == 0 ? errors : firstAlarms[i];
            }
        }
    }

    synchronized void reset() {
        errors = 0;
        for (int i = 0; i < alarms.length; i++) {
            alarms[i] = 0;
            firstAlarms[i] = 0;
            detectors.get(i).reset();
        }
    }

    synchronized List<DetectorStatus> statuses() {
        List<DetectorStatus> statuses = new ArrayList<>();
        for (int i = 0; i < alarms.length; i++) {
            DriftDetector detector = detectors.get(i);
            OptionalLong first = alarms[i] == 0 ? OptionalLong.empty() : OptionalLong.of(firstAlarms[i]);
            statuses.add(new DetectorStatus(detector.name(), errors, alarms[i], first, detector.evidence()));
        }
        return statuses;
    }

    synchronized void save(ByteWriter out) {
        out.putLong(errors);
        out.putInt(alarms.length);
        for (int i = 0; i < alarms.length; i++) {
            out.putLong(alarms[i]);
            out.putLong(firstAlarms[i]);
            out.putBytes(detectors.get(i).save());
        }
    }

    synchronized void restore(ByteReader in) {
        errors = in.nextLong();
        int size = in.nextInt();
        in.require(size == alarms.length, "it has " + size + " detectors, expected " + alarms.length);
        for (int i = 0; i < alarms.length; i++) {
            alarms[i] = in.nextLong();
            firstAlarms[i] = in.nextLong();
            in.require(
                    0 <= firstAlarms[i] && firstAlarms[i] <= errors && alarms[i] >= 0 && alarms[i] <= errors,
                    "its alarms do not fit its " + errors + " errors");
            in.require(alarms[i] > 0 == firstAlarms[i] > 0, "its alarms and its first alarm disagree");
            detectors.get(i).restore(in.nextBytes());
        }
    }
}
