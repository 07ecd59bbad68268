package io.mlops4j.tracking;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.store.Content;
import java.util.Map;

/**
 * A run to write to.
 *
 * <pre>{@code
 * try (Run run = tracker.start("rides-daily")) {
 *     run.parameter("depth", 4).input(dataset);
 *     for (int epoch = 0; epoch < 100; epoch++) {
 *         run.metric("rmse", epoch, train());
 *     }
 *     run.artifact("model.onnx", content);
 *     run.finish();
 * }
 * }</pre>
 *
 * <p><b>How it ends.</b> {@link #finish()} and {@link #fail} are final. {@link #close()} without either leaves the run
 * {@link RunStatus#KILLED}: a try block that is left by an exception has not finished, and close cannot know why.
 * {@link Tracker#track} knows, and fails the run with the reason.
 *
 * <p><b>When it is durable.</b> Parameters, tags, inputs and artifacts are durable when the call returns. Metrics are
 * buffered: they are durable after {@link #flush()}, after any of the calls before, after {@link #finish()},
 * {@link #fail} and {@link #close()}, and whenever {@value Tracker#BATCH} have come together, with the call that fills
 * the batch. A crash loses at most the metrics since then. Each of these calls is one commit, which happens entirely or
 * not at all.
 *
 * <p><b>Twice.</b> Writing the same again changes nothing, so that a resumed run may repeat itself: a parameter keeps
 * its value, and a metric has one value a step, the one logged last.
 *
 * <p>All writes throw {@link IllegalArgumentException} for names and values beyond the limits of {@link Tracker},
 * {@link IllegalStateException} after this object has ended the run or was closed, {@link ConflictException} if somebody
 * else has ended the run, {@link StorageException} if nothing could be written (buffered metrics stay buffered), and
 * {@link OutcomeUnknownException} if it may or may not have been written (writing it again is safe).
 *
 * <p>Implementations must be thread-safe.
 */
public interface Run extends AutoCloseable {
    /**
     * The run's id.
     *
     * @return unique in its tracker
     */
    String id();

    /**
     * The experiment.
     *
     * @return its name
     */
    String experiment();

    /**
     * Writes parameters, in one commit.
     *
     * @param parameters values by name, each at most {@value Tracker#MAX_PARAMETER} characters; copied
     * @return this
     * @throws AlreadyExistsException if one was written before with another value; none is written
     */
    Run parameters(Map<String, String> parameters);

    /**
     * Writes a parameter.
     *
     * @param name in the grammar of keys
     * @param value at most {@value Tracker#MAX_PARAMETER} characters
     * @return this
     * @throws AlreadyExistsException if it was written before with another value
     */
    default Run parameter(String name, String value) {
        return parameters(Map.of(name, value));
    }

    /**
     * Writes a parameter.
     *
     * @param name in the grammar of keys
     * @param value written as {@link Long#toString(long)} does
     * @return this
     * @throws AlreadyExistsException if it was written before with another value
     */
    default Run parameter(String name, long value) {
        return parameter(name, Long.toString(value));
    }

    /**
     * Writes a parameter.
     *
     * @param name in the grammar of keys
     * @param value written as {@link Double#toString(double)} does
     * @return this
     * @throws AlreadyExistsException if it was written before with another value
     */
    default Run parameter(String name, double value) {
        return parameter(name, Double.toString(value));
    }

    /**
     * Logs the value of a metric at a step; buffered.
     *
     * @param name in the grammar of keys
     * @param step such as the epoch or the day; any number
     * @param value may be NaN or infinite
     * @return this
     */
    Run metric(String name, long step, double value);

    /**
     * Logs a metric that has no steps, at step 0; buffered.
     *
     * @param name in the grammar of keys
     * @param value may be NaN or infinite
     * @return this
     */
    default Run metric(String name, double value) {
        return metric(name, 0, value);
    }

    /**
     * Sets tags, in one commit; those there were under the same keys are replaced.
     *
     * @param tags values by key, each at most {@value Tracker#MAX_TAG} characters; copied
     * @return this
     */
    Run tags(Map<String, String> tags);

    /**
     * Sets a tag; one there was under the same key is replaced.
     *
     * @param key in the grammar of keys
     * @param value at most {@value Tracker#MAX_TAG} characters
     * @return this
     */
    default Run tag(String key, String value) {
        return tags(Map.of(key, value));
    }

    /**
     * Names data that the run reads.
     *
     * @param dataset name, digest and size of it
     * @return this
     */
    Run input(DatasetRef dataset);

    /**
     * Stores a file of the run.
     *
     * @param name in the grammar of artifact names
     * @param content its bytes; read during the call
     * @return what identifies the bytes
     * @throws AlreadyExistsException if the run has an artifact of that name with other bytes
     */
    Artifact artifact(String name, Content content);

    /** Makes all metrics durable that were logged so far. */
    void flush();

    /**
     * Ends the run as {@link RunStatus#FINISHED}. Doing it twice changes nothing.
     *
     * @return the run as it ended
     */
    RunRecord finish();

    /**
     * Ends the run as {@link RunStatus#FAILED}. Doing it twice changes nothing.
     *
     * @param reason why: not blank; cut to {@value Tracker#MAX_REASON} characters
     * @return the run as it ended
     */
    RunRecord fail(String reason);

    /**
     * What is durable of the run by now.
     *
     * @return the run without metrics still buffered
     */
    RunRecord record();

    /**
     * Leaves the run: one that was neither finished nor failed becomes {@link RunStatus#KILLED}, its metrics durable.
     * Closing twice does nothing.
     */
    @Override
    void close();
}
