package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Value;
import java.util.Map;
import java.util.Optional;

/**
 * A model that is ready to answer. Its owner closes it once nobody runs it any more; the server's leases see to that.
 *
 * <p>A server contains what an implementation should not do: another exception than those named here becomes an
 * {@link InferenceException} with the cause, as does an answer without a value for an output. An {@link Error} stays what it is.
 *
 * <p>Implementations must allow {@link #run} from several threads at once.
 */
public interface LoadedModel extends AutoCloseable {
    /**
     * What the model takes and gives.
     *
     * @return as the model's file declares it
     */
    Signature signature();

    /**
     * Answers a request. Blocks while the model computes.
     *
     * @param inputs a value for each input of the signature, by name
     * @return a value for each output of the signature, by name, in its order, but for those that are optional and absent
     * @throws RejectedInputException if an input is missing, unknown, or of the wrong type or shape
     * @throws InferenceException if the model failed while it computed, or was stopped
     */
    Map<String, Value> run(Map<String, Value> inputs);

    /**
     * Answers a request that may be called off. A runtime that can stop in the middle of a run registers with the signal
     * how; by default the run just goes on to its end.
     *
     * @param inputs as for {@link #run(Map)}
     * @param signal tells when nobody waits for the answer any more
     * @return as {@link #run(Map)}
     * @throws RejectedInputException if an input is missing, unknown, or of the wrong type or shape
     * @throws InferenceException if the model failed while it computed, or was stopped
     */
    default Map<String, Value> run(Map<String, Value> inputs, StopSignal signal) {
        return run(inputs);
    }

    /**
     * The fast path for one row of {@code float}s, if the model has one {@code FLOAT32} input of shape
     * [rows, features] and a {@code FLOAT32} output of shape [rows] or [rows, n].
     *
     * @return the scorer, or empty if the model is of another form
     */
    default Optional<RowScorer> rowScorer() {
        return Optional.empty();
    }

    /**
     * The runtime that computes the answers, for meters.
     *
     * @param loadedBy the name of the runtime that was asked to load the model
     * @return that name, or another one if it had the model loaded by another runtime
     */
    default String runtime(String loadedBy) {
        return loadedBy;
    }

    /**
     * Memory for rows that are scored together, if the model has a {@link RowScorer} and gains from it. It gives the
     * same numbers as {@link #run} does for the same rows.
     *
     * @param capacity how many rows there must be room for, 1 or more
     * @return the memory, to be closed before the model; or empty if the model is of another form, or has no such path
     */
    default Optional<RowBlock> rowBlock(int capacity) {
        return Optional.empty();
    }

    /**
     * Why the rows of a batch may influence each other, as far as the model's form tells: for instance, an operator that
     * scales by the largest value of all rows. A server does not batch such a model.
     *
     * @return the reason in words; empty, which is the default, says nothing, and a server tries the model
     */
    default Optional<String> mixesRows() {
        return Optional.empty();
    }

    /**
     * Asks the runs that are under way to stop soon, with an {@link InferenceException}; whether they do is up to the
     * runtime, and this one by default cannot. Called only on a model that is to be closed. Does not wait.
     */
    default void terminate() {}

    /** Frees the model. Must not be called while a run is under way, nor twice. */
    @Override
    void close();
}
