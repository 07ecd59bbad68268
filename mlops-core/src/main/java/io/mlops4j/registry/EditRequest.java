package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Labels;
import io.mlops4j.model.VersionId;

/**
 * The wish to edit a version, as {@link VersionEdit} words it and a {@link ModelRegistry} carries it out.
 *
 * <p>Immutable.
 *
 * @param version the version
 * @param edit what to change
 * @param reason why: not blank, at most {@value MoveRequest#MAX_REASON} characters
 * @param actor who or what wants it: not blank, at most {@value MoveRequest#MAX_ACTOR} characters
 */
public record EditRequest(VersionId version, Edit edit, String reason, String actor) {
    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if reason or actor are blank or too long
     */
    public EditRequest {
        requireNonNull(version, "version");
        requireNonNull(edit, "edit");
        Labels.said("reason", requireNonNull(reason, "reason"), MoveRequest.MAX_REASON);
        Labels.said("actor", requireNonNull(actor, "actor"), MoveRequest.MAX_ACTOR);
    }
}
