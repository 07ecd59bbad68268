package io.mlops4j.examples.ridership;

import io.mlops4j.model.VersionId;
import java.time.LocalDate;

/**
 * A promoted model that must still show that it is no worse than the one it replaced.
 *
 * <p>Immutable.
 *
 * @param run the pipeline run that promoted it
 * @param version the model on trial
 * @param predecessor what it replaced
 * @param since the first day that it served
 */
record Trial(String run, VersionId version, VersionId predecessor, LocalDate since) {
    boolean isOver(LocalDate newestKnown) {
        return !newestKnown.isBefore(since.plusDays(LoopSettings.TRIAL_DAYS - 1L));
    }
}
