package io.mlops4j.serving.trial;

import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.RolloutState;

/**
 * Where a rollout took place that is over: nothing happens there any more.
 *
 * <p>Immutable.
 *
 * @param dropped how many copies of requests were dropped
 */
record LeftStage(long dropped) implements Stage {
    @Override
    public void share(double share) {}

    @Override
    public void decided(Decision decision) {}

    @Override
    public void ended(RolloutState state) {}

    @Override
    public void promoted() {}

    @Override
    public void withdrawn() {}
}
