package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.VersionId;
import java.time.Instant;

/**
 * That a version was edited: how, why, by whom and when.
 *
 * <p>Immutable.
 *
 * @param version the version
 * @param edit what was changed
 * @param reason why, in words
 * @param actor who or what changed it
 * @param time when, by the clock of the process that changed it
 * @param commit the number of the commit that holds the change; greater for later ones, whatever the clocks said
 */
public record VersionChange(VersionId version, Edit edit, String reason, String actor, Instant time, long commit) {
    /** Checks that nothing is null. */
    public VersionChange {
        requireNonNull(version, "version");
        requireNonNull(edit, "edit");
        requireNonNull(reason, "reason");
        requireNonNull(actor, "actor");
        requireNonNull(time, "time");
    }
}
