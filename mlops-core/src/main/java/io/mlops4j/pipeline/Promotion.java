package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.VersionId;
import java.util.List;
import java.util.Optional;

/**
 * What "serves now" means to a pipeline, and how to change it: usually one alias of a registry.
 *
 * <p>The pipeline asks what is current, journals the answer, and then moves; so a crash between the two, or in the
 * middle of a move, leads to the same move again.
 *
 * <p>Implementations must be thread-safe.
 */
public interface Promotion {
    /**
     * What serves now.
     *
     * @return the version; empty before the first promotion
     * @throws Exception if that could not be found out; the run stays where it is and can be resumed
     */
    Optional<VersionId> current() throws Exception;

    /**
     * Makes a version serve. Must be atomic, and idempotent: a move whose target serves already has happened and changes
     * nothing. It must refuse, best with a {@link io.mlops4j.ConflictException}, if what serves is neither what the
     * move expects nor its target.
     *
     * @param move what to change
     * @throws Exception if it was not done; the pipeline then asks {@link #current()} whether it was done all the same
     */
    void move(Move move) throws Exception;

    /**
     * Makes the version serve again that served before. As {@link #move}, but nothing that is demanded of new versions
     * may hold it up.
     *
     * @param move what to change
     * @throws Exception if it was not done; the pipeline then asks {@link #current()} whether it was done all the same
     */
    default void rollBack(Move move) throws Exception {
        move(move);
    }

    /**
     * Hears what the gates said of a candidate, before it may be promoted, so that it can be kept beside the version.
     * Called again after a crash with the same verdicts. Unless overridden, it does nothing.
     *
     * @param run the id of the pipeline's run
     * @param candidate the version
     * @param judgements what every gate said that was asked so far, in order
     * @throws Exception if it could not be kept; the run fails
     */
    default void judged(String run, VersionId candidate, List<Judgement> judgements) throws Exception {}

    /**
     * A change of what serves.
     *
     * <p>Immutable.
     *
     * @param idempotencyKey the same for every attempt of this move
     * @param expected what served when the move was decided; empty before the first promotion
     * @param to what is to serve
     * @param reason why
     * @param actor who
     */
    record Move(String idempotencyKey, Optional<VersionId> expected, VersionId to, String reason, String actor) {
        /** Checks that all is there. */
        public Move {
            requireNonNull(idempotencyKey, "idempotencyKey");
            requireNonNull(expected, "expected");
            requireNonNull(to, "to");
            requireNonNull(reason, "reason");
            requireNonNull(actor, "actor");
        }
    }
}
