package io.mlops4j.serving.rollout;

/**
 * How a new version comes into service.
 *
 * <p>A closed set of plain values, so that a rollout can be written to a journal and be carried out by every replica alike.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Rollout permits AllAtOnce, Canary, Shadow, AbTest, Bandit {
    /**
     * What the candidate must not do worse.
     *
     * @return the guardrails
     */
    Guardrails guardrails();

    /**
     * Takes every request from the moment it is loaded and warmed.
     *
     * @return the rollout
     */
    static AllAtOnce allAtOnce() {
        return new AllAtOnce();
    }

    /**
     * Takes a growing share of the keys: 5%, 20%, 50%.
     *
     * @return a rollout with defaults, to be changed
     */
    static Canary canary() {
        return Canary.DEFAULT;
    }

    /**
     * Answers copies of requests, off the callers' path.
     *
     * @return a rollout with defaults, to be changed
     */
    static Shadow shadow() {
        return Shadow.DEFAULT;
    }

    /**
     * Takes a fixed share of the keys for a time.
     *
     * @return a rollout with defaults, to be changed
     */
    static AbTest abTest() {
        return AbTest.DEFAULT;
    }

    /**
     * Takes a share of the keys that follows how well it does.
     *
     * @return a rollout with defaults, to be changed
     */
    static Bandit bandit() {
        return Bandit.DEFAULT;
    }
}
