package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a model must do before it serves: answer some requests, so that the first caller does not pay for lazy
 * initialisation, and so that a model which cannot answer never takes over from one that can.
 *
 * <p>Immutable.
 *
 * @param requests what to ask; if empty, requests of zeros and of ones are made up from the signature
 * @param runs how often each request is asked, 0 or more
 * @param timeout the longest that all of it may take
 */
public record WarmUp(List<Map<String, Value>> requests, int runs, Duration timeout) {
    private static final int DEFAULT_RUNS = 3;
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if the number of runs is negative or the time-out is not positive
     */
    public WarmUp {
        requireNonNull(timeout, "timeout");
        List<Map<String, Value>> copies = new ArrayList<>();
        requests.forEach(request -> copies.add(Map.copyOf(request)));
        requests = List.copyOf(copies);
        if (runs < 0) {
            throw new IllegalArgumentException("Invalid number of warm-up runs " + runs + ": is negative");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("Invalid warm-up time-out " + timeout + ": expected more than zero");
        }
    }

    /**
     * Asks made-up requests: zeros, then ones, every dynamic size 1. A model that refuses them (they may make no sense
     * to it) is served all the same, and the log warns if it refuses both; one that does not come back is not.
     *
     * @return three runs each, at most 30 seconds
     */
    public static WarmUp madeUp() {
        return new WarmUp(List.of(), DEFAULT_RUNS, DEFAULT_TIMEOUT);
    }

    /**
     * Asks real requests. A model that fails one of them is rejected: on a server of several models, give them to the one
     * that they are for, {@link ModelServerBuilder#warmUp(io.mlops4j.model.ModelName, WarmUp)}.
     *
     * @param requests what to ask, at least one
     * @return three runs each, at most 30 seconds
     * @throws IllegalArgumentException if there is no request
     */
    public static WarmUp by(List<Map<String, Value>> requests) {
        if (requests.isEmpty()) {
            throw new IllegalArgumentException("A warm-up by requests needs at least one request");
        }
        return new WarmUp(requests, DEFAULT_RUNS, DEFAULT_TIMEOUT);
    }

    /**
     * Asks nothing: the first caller pays.
     *
     * @return no runs
     */
    public static WarmUp none() {
        return new WarmUp(List.of(), 0, DEFAULT_TIMEOUT);
    }

    /**
     * Changes the time-out.
     *
     * @param longest the longest that all of it may take
     * @return the changed warm-up
     * @throws IllegalArgumentException if not positive
     */
    public WarmUp within(Duration longest) {
        return new WarmUp(requests, runs, longest);
    }
}
