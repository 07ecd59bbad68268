package io.mlops4j.serving.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * The candidate answers a fixed share of the keys for a time. At the end it is promoted if every guardrail has shown it to be
 * no worse, and rolled back if not; without data nothing is decided and the test goes on. A candidate that is shown to be
 * worse is rolled back at once.
 *
 * <p>If the candidate fails on a request the incumbent answers it, if the request's time allows, and the failure counts
 * against the candidate.
 *
 * <p>Immutable.
 *
 * @param share of the keys, above 0, below 1
 * @param length how long the test lasts, above zero
 * @param promotion whether a promotion waits for the end
 * @param minSamples how many requests the candidate must have answered, on all replicas, 1 or more
 * @param guardrails what the candidate must not do worse
 */
public record AbTest(double share, Duration length, Promotion promotion, long minSamples, Guardrails guardrails)
        implements Rollout {
    static final AbTest DEFAULT = new AbTest(0.5, Duration.ofDays(1), Promotion.AT_THE_END, 100, Guardrails.defaults());

    /** When a good candidate is promoted. */
    public enum Promotion {
        /** When the time is over. */
        AT_THE_END,
        /** As soon as the guardrails allow it. */
        AS_SOON_AS_SHOWN
    }

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a number is out of its range or the guardrails compare nothing
     */
    public AbTest {
        requireNonNull(length, "length");
        requireNonNull(promotion, "promotion");
        requireNonNull(guardrails, "guardrails");
        Checks.requireShare(share);
        if (length.isZero() || length.isNegative()) {
            throw new IllegalArgumentException("Invalid length " + length + ": expected above zero");
        }
        Checks.requireSamples(minSamples);
        Checks.requireGuarded(guardrails);
    }

    /**
     * Sets the candidate's share of the keys. Default: a half.
     *
     * @param part above 0, below 1
     * @return a test with it
     */
    public AbTest share(double part) {
        return new AbTest(part, length, promotion, minSamples, guardrails);
    }

    /**
     * Sets how long the test lasts. Default: a day.
     *
     * @param time above zero
     * @return a test with it
     */
    public AbTest lasting(Duration time) {
        return new AbTest(share, time, promotion, minSamples, guardrails);
    }

    /**
     * Promotes a good candidate without waiting for the end. Default: at the end.
     *
     * @return a test that may end early
     */
    public AbTest asSoonAsShown() {
        return new AbTest(share, length, Promotion.AS_SOON_AS_SHOWN, minSamples, guardrails);
    }

    /**
     * Sets how many requests the candidate must have answered. Default: 100.
     *
     * @param samples 1 or more, on all replicas together
     * @return a test with it
     */
    public AbTest atLeast(long samples) {
        return new AbTest(share, length, promotion, samples, guardrails);
    }

    /**
     * Sets what the candidate must not do worse. Default: {@link Guardrails#defaults()}.
     *
     * @param rails the guardrails
     * @return a test with them
     */
    public AbTest guardedBy(Guardrails rails) {
        return new AbTest(share, length, promotion, minSamples, rails);
    }
}
