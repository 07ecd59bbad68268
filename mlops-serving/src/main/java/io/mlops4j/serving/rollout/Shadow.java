package io.mlops4j.serving.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * The candidate answers copies of requests after their callers have got their answers from the incumbent, on one thread of
 * low priority that works for at most a part of its time. Nobody sees its answers or waits for them, and its failures reach
 * no caller. The two answers to one request are compared as a pair, which takes fewer requests than comparing two groups.
 *
 * <p>Copies wait in a short queue; when it is full they are dropped and counted. Latency is not compared by default: a
 * thread that is held back on purpose says little about it.
 *
 * <p>A candidate that takes longer for a copy than the request's time-out (but no less than {@link #SHORTEST_LIMIT}, as
 * the thread is held back), or than {@link #LONGEST_RUN} if it has none, has failed on it, and is asked to stop. Its
 * runtime may not be able to; then nothing else is computed until the run has ended, and each time that as long has
 * gone by once more, the candidate has failed on the oldest copy that waits. What such a run takes of the processor is
 * beyond any budget; after a run that does end, the thread rests for all of its time.
 *
 * <p>Immutable.
 *
 * @param cores the part of one core's time that the candidate may take, above 0, at most 1
 * @param queue the most copies that wait, 1 to 10,000
 * @param minSamples how many pairs are needed before a promotion, on all replicas, 1 or more
 * @param guardrails what the candidate must not do worse
 */
public record Shadow(double cores, int queue, long minSamples, Guardrails guardrails) implements Rollout {
    /** The most that the candidate may take for a copy of a request that has no time-out: 30 seconds. */
    public static final Duration LONGEST_RUN = Duration.ofSeconds(30);

    /** What the candidate may take for a copy however short the request's time-out is: 250 milliseconds. */
    public static final Duration SHORTEST_LIMIT = Duration.ofMillis(250);

    private static final int MAX_QUEUE = 10_000;

    static final Shadow DEFAULT =
            new Shadow(0.25, 64, 100, Guardrails.defaults().withoutLatency());

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a number is out of its range or the guardrails compare nothing
     */
    public Shadow {
        requireNonNull(guardrails, "guardrails");
        if (!(cores > 0 && cores <= 1)) {
            throw new IllegalArgumentException("Invalid part of a core " + cores + ": expected above 0 and at most 1");
        }
        if (queue < 1 || queue > MAX_QUEUE) {
            throw new IllegalArgumentException("Invalid queue of " + queue + ": expected 1 to " + MAX_QUEUE);
        }
        Checks.requireSamples(minSamples);
        Checks.requireGuarded(guardrails);
    }

    /**
     * Sets how much of a core the candidate may take on each replica. Default: 0.25.
     *
     * @param part above 0, at most 1
     * @return a shadow with it
     */
    public Shadow cores(double part) {
        return new Shadow(part, queue, minSamples, guardrails);
    }

    /**
     * Sets how many copies may wait on each replica. Default: 64.
     *
     * @param copies 1 to 10,000
     * @return a shadow with it
     */
    public Shadow queue(int copies) {
        return new Shadow(cores, copies, minSamples, guardrails);
    }

    /**
     * Sets how many pairs are needed before a promotion. Default: 100.
     *
     * @param pairs 1 or more, on all replicas together
     * @return a shadow with it
     */
    public Shadow atLeast(long pairs) {
        return new Shadow(cores, queue, pairs, guardrails);
    }

    /**
     * Sets what the candidate must not do worse. Default: {@link Guardrails#defaults()} without latency.
     *
     * @param rails the guardrails
     * @return a shadow with them
     */
    public Shadow guardedBy(Guardrails rails) {
        return new Shadow(cores, queue, minSamples, rails);
    }
}
