package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a model does when more is asked than it can answer: how many runs go side by side, how much may wait, who goes
 * first, and what is turned away.
 *
 * <pre>{@code
 * ModelServer.builder()
 *         .serve(rides, file)
 *         .overload(Overload.standard().instances(2).queueRows(512).weight("mobile", 3).shedding())
 *         .start();
 * }</pre>
 *
 * <p>A request is refused with an {@link io.mlops4j.OverloadedException} when the queue is full, or when its deadline
 * cannot be met as runs go now (see {@link Request#within}); the exception says when the queue will have drained, as far
 * as the runs so far tell. A full queue still takes a request of a tenant that has less than its share waiting, or of a
 * higher priority: what it replaces is the newest request of the tenant that waits most, of the lowest priority, which is
 * refused in its place.
 * When nobody waits, a request is taken whatever its size and deadline: how long runs take is learned by running.
 *
 * <p>Tenants of one priority share a busy model by weighted fair queueing of rows. Those that are given a weight, at most 64,
 * are always told apart, and of the others 64 at a time; those beyond share one place, of weight 1. {@link Priority} is
 * strict, but one batch in sixteen begins with the lowest priority that waits, so that nothing starves.
 *
 * <p>Immutable.
 *
 * @param instances runs of the model that may go side by side, 1 to 1024. All share the model's memory
 * @param queueRows rows that may wait, 1 or more
 * @param queueBytes bytes of inputs that may wait, 1 or more
 * @param weights the weights of tenants that have another one than 1, or shall always have a place of their own; at most 64;
 *     copied
 * @param limit how {@code instances} is meant
 * @param codel how long a standing queue is put up with; empty means for ever
 */
public record Overload(
        int instances,
        int queueRows,
        long queueBytes,
        Map<String, Double> weights,
        Limit limit,
        Optional<Codel> codel) {
    private static final int MOST_INSTANCES = 1024;
    private static final int DEFAULT_ROWS = 1024;
    private static final long DEFAULT_BYTES = 64L << 20;
    private static final int MOST_WEIGHTS = 64;

    /** How the number of instances is meant. */
    public enum Limit {
        /** It is what may run side by side. */
        FIXED,
        /**
         * It is the most that may run side by side: how many do, 1 or more, is learned from how much longer runs take
         * when more of them go at once (Netflix's Gradient2).
         */
        ADAPTIVE
    }

    /**
     * Controlled delay (Nichols and Jacobson, "Controlling queue delay", 2012, in the form of Facebook's folly): when
     * even the least time that a request waited within an interval is above the target, the queue stands, and requests
     * that have waited for more than twice the target are turned away until it does not.
     *
     * <p>Immutable.
     *
     * @param target the time that requests may wait for good; a model whose largest batch takes longer than half of it
     *     is given twice the time of that batch instead
     * @param interval for how long the queue must stand
     */
    public record Codel(Duration target, Duration interval) {
        /**
         * Checks the times.
         *
         * @throws IllegalArgumentException if one is zero, negative or above an hour
         */
        public Codel {
            check("target", target);
            check("interval", interval);
        }

        private static void check(String what, Duration time) {
            if (time.isNegative() || time.isZero() || time.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException(
                        "Invalid " + what + " " + time + ": expected more than zero and at most an hour");
            }
        }
    }

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if a bound is out of range, or a weight is not a positive number
     */
    public Overload {
        if (instances < 1 || instances > MOST_INSTANCES) {
            throw new IllegalArgumentException(
                    "Invalid number of instances " + instances + ": expected 1 to " + MOST_INSTANCES);
        }
        if (queueRows < 1 || queueBytes < 1) {
            throw new IllegalArgumentException(
                    "Invalid queue of " + queueRows + " rows and " + queueBytes + " bytes: expected 1 or more of each");
        }
        weights = Map.copyOf(weights);
        if (weights.size() > MOST_WEIGHTS) {
            throw new IllegalArgumentException(
                    "Invalid weights of " + weights.size() + " tenants: expected at most " + MOST_WEIGHTS);
        }
        weights.forEach(Overload::checkWeight);
        requireNonNull(limit, "limit");
        requireNonNull(codel, "codel");
    }

    private static void checkWeight(String tenant, double weight) {
        if (!(weight >= 1e-3 && weight <= 1e3)) {
            throw new IllegalArgumentException(
                    "Invalid weight " + weight + " of tenant " + Text.quote(tenant) + ": expected 0.001 to 1000");
        }
    }

    /**
     * As many instances as there are processors, 1,024 rows and 64 MiB waiting, all tenants alike, no CoDel.
     *
     * @return the default of models that are batched
     */
    public static Overload standard() {
        return new Overload(
                Math.min(MOST_INSTANCES, Runtime.getRuntime().availableProcessors()),
                DEFAULT_ROWS,
                DEFAULT_BYTES,
                Map.of(),
                Limit.FIXED,
                Optional.empty());
    }

    /**
     * Sets how many runs may go side by side.
     *
     * @param count 1 to 1024
     * @return these options with it
     * @throws IllegalArgumentException if out of range
     */
    public Overload instances(int count) {
        return new Overload(count, queueRows, queueBytes, weights, Limit.FIXED, codel);
    }

    /**
     * Lets the server find out how many runs should go side by side. It makes sense where the right number is not known,
     * such as for models that are bound by memory, or share the machine; where it is known, a fixed number is better.
     *
     * @param most as many at most, 1 to 1024
     * @return these options with it
     * @throws IllegalArgumentException if out of range
     */
    public Overload adaptiveInstances(int most) {
        return new Overload(most, queueRows, queueBytes, weights, Limit.ADAPTIVE, codel);
    }

    /**
     * Sets how many rows may wait.
     *
     * @param rows 1 or more
     * @return these options with it
     * @throws IllegalArgumentException if less
     */
    public Overload queueRows(int rows) {
        return new Overload(instances, rows, queueBytes, weights, limit, codel);
    }

    /**
     * Sets how many bytes of inputs may wait.
     *
     * @param bytes 1 or more
     * @return these options with it
     * @throws IllegalArgumentException if less
     */
    public Overload queueBytes(long bytes) {
        return new Overload(instances, queueRows, bytes, weights, limit, codel);
    }

    /**
     * Sets the share of a tenant when the model is busy: of twice the weight, twice the rows.
     *
     * @param tenant the name, as in {@link Request#tenant}
     * @param weight 0.001 to 1000; tenants that are not named have 1. Also one that is given 1 keeps a place of its own
     * @return these options with it
     * @throws IllegalArgumentException if out of range
     */
    public Overload weight(String tenant, double weight) {
        Map<String, Double> all = new HashMap<>(weights);
        all.put(requireNonNull(tenant, "tenant"), weight);
        return new Overload(instances, queueRows, queueBytes, all, limit, codel);
    }

    /**
     * Turns requests away when the queue stands for 100 ms with more than 5 ms of waiting.
     *
     * @return these options with it
     */
    public Overload shedding() {
        return shedding(Duration.ofMillis(5), Duration.ofMillis(100));
    }

    /**
     * Turns requests away when the queue stands.
     *
     * @param target the time that requests may wait for good
     * @param interval for how long the queue must stand
     * @return these options with it
     * @throws IllegalArgumentException if one is zero, negative or above an hour
     */
    public Overload shedding(Duration target, Duration interval) {
        return new Overload(instances, queueRows, queueBytes, weights, limit, Optional.of(new Codel(target, interval)));
    }
}
