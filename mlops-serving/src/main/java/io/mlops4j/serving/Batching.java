package io.mlops4j.serving;

/**
 * Whether rows that wait are run together.
 *
 * <pre>{@code
 * ModelServer.builder().serve(rides, file).batching(Batching.whenBusy().upTo(32)).start();
 * }</pre>
 *
 * <p>Nothing ever waits in order to be batched: an idle instance of a model runs a request at once, on its caller's
 * thread. Only what queued behind a busy instance is batched, by rows, not by requests; so a lone caller pays nothing,
 * and the batches grow by themselves with the load. A batch is kept so small that its earliest deadline is met. A
 * request of more rows than a batch is split, and its answers are put together again. A row that makes the model fail,
 * fails alone.
 *
 * <p>Callers may be virtual threads. One that finds another run of the model under way leaves its request to a thread of
 * the server and parks, unless runs are known to be shorter than that takes: native code keeps a virtual thread's carrier,
 * and if all carriers ran models, nobody could come and be batched. Without batching and {@link Overload} every caller
 * runs the model on its own thread.
 *
 * <p>A model is batched only if it proved at load that the rows of a batch do not influence each other: see
 * {@link Batchability}. The others run one request at a time behind the same queue.
 *
 * <p>Immutable.
 *
 * @param maxRows the most rows of a batch; 1 means that nothing is batched
 */
public record Batching(int maxRows) {
    private static final int DEFAULT_ROWS = 32;
    private static final int MOST_ROWS = 1 << 16;
    private static final Batching OFF = new Batching(1);

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException if the size is below 1 or above 65,536
     */
    public Batching {
        if (maxRows < 1 || maxRows > MOST_ROWS) {
            throw new IllegalArgumentException(
                    "Invalid batch of " + maxRows + " rows: expected 1 to " + MOST_ROWS + " at most");
        }
    }

    /**
     * No batching, which is the default.
     *
     * @return batches of one request
     */
    public static Batching off() {
        return OFF;
    }

    /**
     * Batches what queued behind a busy instance.
     *
     * @return batches of up to 32 rows
     */
    public static Batching whenBusy() {
        return new Batching(DEFAULT_ROWS);
    }

    /**
     * Bounds the batches.
     *
     * @param rows the most rows of a batch, 1 to 65,536
     * @return batching with this bound
     * @throws IllegalArgumentException if out of range
     */
    public Batching upTo(int rows) {
        return new Batching(rows);
    }

    /** Whether rows of several requests may run together. */
    boolean isOn() {
        return maxRows > 1;
    }
}
