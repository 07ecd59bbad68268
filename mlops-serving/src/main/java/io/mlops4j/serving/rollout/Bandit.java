package io.mlops4j.serving.rollout;

import static java.util.Objects.requireNonNull;

/**
 * The candidate's share of the keys follows the probability that it is the better one (Thompson sampling: W. R. Thompson, "On
 * the likelihood that one unknown probability exceeds another", Biometrika 25, 1933). Each version's rate of success has the
 * distribution Beta(1 + successes, 1 + failures); as keys stick to a version, the share of the keys is set to the probability
 * with which a draw from both would choose the candidate, and follows as evidence comes in. The guardrails stand before it: a
 * candidate that they show to be worse is rolled back whatever its share, and it is promoted once all of them allow it.
 *
 * <p>Immutable.
 *
 * @param reward what a success is
 * @param floor the smallest share of either version, above 0, at most 0.5
 * @param minSamples how many requests the candidate must have answered before a promotion, on all replicas, 1 or more
 * @param guardrails what the candidate must not do worse
 */
public record Bandit(Reward reward, double floor, long minSamples, Guardrails guardrails) implements Rollout {
    static final Bandit DEFAULT = new Bandit(Reward.ANSWERED, 0.05, 100, Guardrails.defaults());

    /** What counts as a success. */
    public enum Reward {
        /** The version answered without a failure. */
        ANSWERED,
        /** The loss against the true outcome was below one half; the server must know the {@link Signals#outcomes}. */
        OUTCOME
    }

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a number is out of its range or the guardrails compare nothing
     */
    public Bandit {
        requireNonNull(reward, "reward");
        requireNonNull(guardrails, "guardrails");
        if (!(floor > 0 && floor <= 0.5)) {
            throw new IllegalArgumentException("Invalid floor " + floor + ": expected above 0 and at most 0.5");
        }
        Checks.requireSamples(minSamples);
        Checks.requireGuarded(guardrails);
    }

    /**
     * Sets what a success is. Default: an answer without a failure.
     *
     * @param kind the reward
     * @return a bandit with it
     */
    public Bandit rewardedBy(Reward kind) {
        return new Bandit(kind, floor, minSamples, guardrails);
    }

    /**
     * Sets the smallest share of either version. Default: 0.05.
     *
     * @param share above 0, at most 0.5
     * @return a bandit with it
     */
    public Bandit floor(double share) {
        return new Bandit(reward, share, minSamples, guardrails);
    }

    /**
     * Sets how many requests the candidate must have answered before a promotion. Default: 100.
     *
     * @param samples 1 or more, on all replicas together
     * @return a bandit with it
     */
    public Bandit atLeast(long samples) {
        return new Bandit(reward, floor, samples, guardrails);
    }

    /**
     * Sets what the candidate must not do worse. Default: {@link Guardrails#defaults()}.
     *
     * @param rails the guardrails
     * @return a bandit with them
     */
    public Bandit guardedBy(Guardrails rails) {
        return new Bandit(reward, floor, minSamples, rails);
    }
}
