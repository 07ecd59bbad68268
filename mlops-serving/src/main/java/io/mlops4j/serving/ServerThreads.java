package io.mlops4j.serving;

/**
 * The threads of one server; none exists while there is nothing to do.
 *
 * <p>Thread-safe.
 *
 * @param deadlines stops what takes too long
 * @param workers answer callers that do not wait
 */
record ServerThreads(Deadlines deadlines, Workers workers) implements AutoCloseable {
    ServerThreads() {
        this(new Deadlines(), new Workers());
    }

    /** Ends them. Called when no call is under way. */
    @Override
    public void close() {
        deadlines.close();
        workers.close();
    }
}
