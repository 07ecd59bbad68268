package io.mlops4j.serving.trial;

/**
 * Where a rollout takes place: what shares the requests out in this process.
 *
 * <p>Implementations must be thread-safe.
 */
public interface Stage {
    /** Gives the candidate a share of the keys, 0 to 1. */
    void share(double share);

    /** How many copies of requests were dropped. */
    long dropped();

    /** The candidate is the incumbent now. Called once, last. May block, and may fail: it is then called again. */
    void promoted();

    /** The candidate is withdrawn. Called once, last. May block. */
    void withdrawn();
}
