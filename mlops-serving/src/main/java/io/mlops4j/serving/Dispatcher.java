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

    /** Ends its threads. Called when no call is under way. */
    @Override
    void close();
}
