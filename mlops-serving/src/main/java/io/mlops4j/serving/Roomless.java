package io.mlops4j.serving;

/**
 * A rollout whose candidate has found no room here, tried again after pauses that grow: each try may evict what serves.
 *
 * <p>Immutable.
 *
 * @param rollout its id
 * @param failures how often it was tried, at most seven times as far as this counts
 * @param pause how many ticks are still to be let pass
 */
record Roomless(String rollout, int failures, int pause) {
    private static final int MOST_FAILURES = 7;

    static Roomless first(String rollout) {
        return new Roomless(rollout, 0, 0).again();
    }

    /** It has found no room once more. */
    Roomless again() {
        int more = Math.min(failures + 1, MOST_FAILURES);
        return new Roomless(rollout, more, (1 << (more - 1)) - 1);
    }

    /** A tick has passed. */
    Roomless waited() {
        return new Roomless(rollout, failures, pause - 1);
    }
}
