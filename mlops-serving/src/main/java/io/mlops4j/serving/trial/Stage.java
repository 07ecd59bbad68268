package io.mlops4j.serving.trial;

import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.RolloutState;

/**
 * Where a rollout takes place: what shares the requests out in this process.
 *
 * <p>Implementations must be thread-safe.
 */
public interface Stage {
    /** Gives the candidate a share of the keys, 0 to 1. */
    void share(double share);

    /** A decision that was not heard of before. */
    void decided(Decision decision);

    /** The rollout is over here. Called once, after all else. */
    void ended(RolloutState state);

    /** How many copies of requests were dropped. */
    long dropped();

    /** The candidate is the incumbent now. May block, and may fail: it is then called again. */
    void promoted();

    /** The candidate is withdrawn. May block, and may be called again. */
    void withdrawn();
}
