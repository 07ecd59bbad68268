package io.mlops4j.serving;

/**
 * Holds one thread back so that it works for at most a part of its time: after a run of t it rests for t·(1 − p)/p. A run may
 * be long, and is then followed by a long rest; rests do not add up to a right to work more later.
 *
 * <p>Immutable.
 *
 * @param part of one core's time, above 0, at most 1
 */
record CpuBudget(double part) {
    /** How long to rest after a run, in nanoseconds. */
    long restAfter(long runNanos) {
        return (long) (Math.max(0, runNanos) * (1 - part) / part);
    }
}
