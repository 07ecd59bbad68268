package io.mlops4j.drift;

import java.util.OptionalLong;

/**
 * Where a detector of errors stands.
 *
 * <p>Immutable.
 *
 * @param detector its name
 * @param errors how many errors it has seen since the reference was last set
 * @param alarms how many alarms it has raised since then
 * @param firstAlarm which error raised the first of them, counted from 1; empty if none did
 * @param evidence how close it is to the next alarm, 0 to 1
 */
public record DetectorStatus(String detector, long errors, long alarms, OptionalLong firstAlarm, double evidence) {
    /**
     * The evidence, or 1 from the first alarm on.
     *
     * @return 0 to 1
     */
    public double strength() {
        return alarms > 0 ? 1 : evidence;
    }
}
