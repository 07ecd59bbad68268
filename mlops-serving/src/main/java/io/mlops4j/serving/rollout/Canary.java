package io.mlops4j.serving.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * The candidate answers a growing share of the keys. Who is in at 5% is in at 20%. A step lasts until its time is over and
 * the candidate has answered enough requests in it; without requests it lasts on. After the last step the candidate is
 * promoted once every guardrail has shown it to be no worse; it is rolled back at any time if one shows it to be worse.
 *
 * <p>If the candidate fails on a request the incumbent answers it, if the request's time allows, and the failure counts
 * against the candidate.
 *
 * <p>Immutable.
 *
 * @param steps the shares of the keys, each above 0 and below 1, rising
 * @param hold how long each step lasts at least, zero or more
 * @param minSamples how many requests the candidate must have answered in each step, on all replicas, 1 or more
 * @param guardrails what the candidate must not do worse
 */
public record Canary(List<Double> steps, Duration hold, long minSamples, Guardrails guardrails) implements Rollout {
    static final Canary DEFAULT =
            new Canary(List.of(0.05, 0.2, 0.5), Duration.ofMinutes(10), 100, Guardrails.defaults());

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if there is no step, the shares are out of range or do not rise, the time is negative,
     *     no sample is wanted, or the guardrails compare nothing
     */
    public Canary {
        steps = List.copyOf(steps);
        requireNonNull(hold, "hold");
        requireNonNull(guardrails, "guardrails");
        double before = 0;
        for (double share : steps) {
            Checks.requireShare(share);
            if (share <= before) {
                throw new IllegalArgumentException("Invalid steps " + steps + ": expected rising shares");
            }
            before = share;
        }
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("Invalid steps: expected one or more");
        }
        Checks.requireNotNegative(hold);
        Checks.requireSamples(minSamples);
        Checks.requireGuarded(guardrails);
    }

    /**
     * Sets the shares. Default: 0.05, 0.2, 0.5.
     *
     * @param shares above 0, below 1, rising
     * @return a canary with them
     */
    public Canary steps(double... shares) {
        return new Canary(Arrays.stream(shares).boxed().toList(), hold, minSamples, guardrails);
    }

    /**
     * Sets how long each step lasts at least. Default: ten minutes.
     *
     * @param time zero or more
     * @return a canary with it
     */
    public Canary holding(Duration time) {
        return new Canary(steps, time, minSamples, guardrails);
    }

    /**
     * Sets how many requests the candidate must have answered in each step. Default: 100.
     *
     * @param samples 1 or more, on all replicas together
     * @return a canary with it
     */
    public Canary atLeast(long samples) {
        return new Canary(steps, hold, samples, guardrails);
    }

    /**
     * Sets what the candidate must not do worse. Default: {@link Guardrails#defaults()}.
     *
     * @param rails the guardrails
     * @return a canary with them
     */
    public Canary guardedBy(Guardrails rails) {
        return new Canary(steps, hold, minSamples, rails);
    }
}
