package io.mlops4j.training;

import java.util.List;

/**
 * Decides whether a model is trained now. A policy is a pure function: it reads no clock and keeps no state, so that a
 * decision can be made again after a crash, or replayed over history.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface TriggerPolicy {
    /**
     * Decides.
     *
     * @param situation what is known
     * @param asks what the triggers asked for
     * @param memory what the policy remembered last
     * @return the decision, and what to remember now
     */
    Ruled rule(Situation situation, List<Ask> asks, PolicyMemory memory);

    /**
     * A decision, and what to remember of it.
     *
     * <p>Immutable.
     *
     * @param decision the decision
     * @param memory what the policy wants to be given next time
     */
    record Ruled(TrainingDecision decision, PolicyMemory memory) {}
}
