package io.mlops4j.serving.rollout;

import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A rollout under way, as one replica sees it. What one replica is told, all replicas do, as soon as they look.
 *
 * <p>Implementations are thread-safe.
 */
public interface RolloutRun {
    /**
     * Identifies the rollout among all of its model.
     *
     * @return such as {@code rides:4-1}
     */
    String id();

    /**
     * What serves, unless the candidate is promoted.
     *
     * @return the version that the alias pointed at when the rollout began
     */
    VersionId incumbent();

    /**
     * What may take its place.
     *
     * @return the version
     */
    VersionId candidate();

    /**
     * Where the rollout stands, as of the last tick.
     *
     * @return the state
     */
    RolloutState state();

    /**
     * The candidate's share of the keys, as of the last tick.
     *
     * @return 0 to 1; 0 for a shadow
     */
    double share();

    /**
     * The newest decision that was recorded.
     *
     * @return empty if nothing was decided yet
     */
    Optional<Decision> decision();

    /**
     * All that was decided so far, on any replica: steps, shares, verdicts when they differ from the one before, pauses, and
     * the end. Reads the journal of the model from the beginning of the rollout to its end, and may block.
     *
     * @return in the order of the journal; immutable
     * @throws io.mlops4j.StorageException if the journal could not be read; try again
     */
    List<RolloutEntry> history();

    /**
     * Why the rollout is paused or over.
     *
     * @return empty while it is running
     */
    Optional<String> reason();

    /**
     * How many copies of requests this replica has dropped because the shadow was busy.
     *
     * @return 0 or more
     */
    long dropped();

    /**
     * Looks at the journal, reports what this replica has seen, decides if there is something to decide, and acts. The
     * server does this now and then; call it to do it now. May block.
     *
     * @return the state after it
     * @throws io.mlops4j.StorageException if the journal or the registry could not be read or written; try again
     * @throws io.mlops4j.OutcomeUnknownException if a write may or may not have landed; try again
     */
    RolloutState tick();

    /**
     * Keeps the share as it is and promotes nobody, until resumed. A candidate that is shown to be worse is still rolled
     * back. Does nothing if it is not running. May block.
     *
     * @param reason why
     * @param actor who
     * @throws io.mlops4j.StorageException if the journal could not be read or written; try again
     * @throws io.mlops4j.OutcomeUnknownException if a write may or may not have landed; try again
     */
    void pause(String reason, String actor);

    /**
     * Goes on after a pause. Does nothing if it is not paused. May block.
     *
     * @param reason why
     * @param actor who
     * @throws io.mlops4j.StorageException if the journal could not be read or written; try again
     * @throws io.mlops4j.OutcomeUnknownException if a write may or may not have landed; try again
     */
    void resume(String reason, String actor);

    /**
     * Ends the rollout; the incumbent goes on serving. Does nothing if it is over, or about to promote. May block.
     *
     * @param reason why
     * @param actor who
     * @throws io.mlops4j.StorageException if the journal or the registry could not be read or written; try again
     * @throws io.mlops4j.OutcomeUnknownException if a write may or may not have landed; try again
     */
    void abort(String reason, String actor);

    /**
     * Waits until the rollout is over here.
     *
     * @param time the most to wait
     * @return the final state, or empty if it is not over by then
     * @throws InterruptedException if interrupted
     */
    Optional<RolloutState> await(Duration time) throws InterruptedException;
}
