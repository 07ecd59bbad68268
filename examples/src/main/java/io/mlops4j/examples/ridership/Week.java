package io.mlops4j.examples.ridership;

import io.mlops4j.model.VersionId;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What the walk must remember on the morning of a decision, to go on from there after a kill: written before anything
 * is decided, so that whatever the kill cut off is decided again, the same.
 *
 * <p>Immutable.
 *
 * @param morning the day that is about to begin
 * @param serving the version that serves
 * @param since the first day that it served
 * @param trial the trial that it is on, if any
 * @param served the predictions of the days since the last such morning
 * @param alarms the alarms of those days
 * @param alarming whether the monitor's alarm stands
 * @param monitor the monitor's state, Base64
 */
record Week(
        LocalDate morning,
        VersionId serving,
        LocalDate since,
        Optional<Trial> trial,
        List<Served> served,
        List<Alarm> alarms,
        boolean alarming,
        String monitor) {
    Week {
        served = List.copyOf(served);
        alarms = List.copyOf(alarms);
    }

    byte[] monitorState() {
        return Base64.getDecoder().decode(monitor);
    }

    static String text(byte[] monitorState) {
        return Base64.getEncoder().encodeToString(monitorState);
    }
}
