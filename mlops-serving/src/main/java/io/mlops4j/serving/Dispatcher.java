package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Brings calls to a model: at once, or through a queue and in batches. It never releases a call's lease.
 *
 * <p>Implementations must be thread-safe.
 */
interface Dispatcher extends AutoCloseable {
    /** Answers on the calling thread, or makes it wait. */
    Map<String, Value> run(Call call);

    /** Answers later; never blocks. A stage that fails does so with what {@link #run} would have thrown. */
    CompletionStage<Map<String, Value>> submit(Call call);

    /** Scores a row on the calling thread, or makes it wait; as {@link RowScorer#score}. */
    void score(RowScorer scorer, float[] row, float[] out);

    /** Sends away what waits for its turn; what runs is stopped by others. Called when the model is to be closed. */
    void terminate();

    /** Ends its threads. Called when no call is under way; waits for runs whose callers have gone. */
    @Override
    void close();
}
