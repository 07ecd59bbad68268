package io.mlops4j.tracking;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.NotFoundException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.Labels;
import java.io.InputStream;
import java.util.List;

/**
 * Keeps runs. Its limits are those that the common tracking servers have, so that a run written to one tracker fits
 * into any other. Names of parameters, metrics and tags are 1 to {@value #MAX_KEY} characters of
 * {@code [A-Za-z0-9_./: -]}; experiments follow the grammar of model names.
 *
 * <p>All reads see what was durable when they began. They throw {@link StorageException} if the backend could not be
 * read, and {@link io.mlops4j.CorruptionException} if what it holds is broken.
 *
 * <p>Implementations must be thread-safe.
 */
public interface Tracker {
    /** The longest name of a parameter, metric or tag, in characters. */
    int MAX_KEY = Labels.MAX_KEY;

    /** The longest value of a parameter, in characters. */
    int MAX_PARAMETER = 6000;

    /** The longest value of a tag, in characters. */
    int MAX_TAG = 8000;

    /** The longest reason of a failure, in characters. */
    int MAX_REASON = 2000;

    /** The most parameters, tags, inputs or artifacts of one run, and the most metrics by name. */
    int MAX_ENTRIES = 10_000;

    /** How many metrics are buffered before they are written of themselves. */
    int BATCH = 1000;

    /**
     * Starts a run. With an id of the caller's, this is safe to repeat: if there is a run of that id in that
     * experiment, and it has neither finished nor failed, it goes on, and the tags are set again.
     *
     * @param experiment groups runs, in the grammar of model names
     * @param options id and tags
     * @return the run; close it
     * @throws IllegalArgumentException if the experiment's name breaks the grammar
     * @throws AlreadyExistsException if the run of that id has finished or failed, belongs to another experiment, or
     *     its id differs from an existing one only by case
     * @throws StorageException if it could not be recorded
     * @throws OutcomeUnknownException if it may or may not have been recorded; with an id, just try again
     */
    Run start(String experiment, RunOptions options);

    /**
     * Starts a run with a new id and without tags.
     *
     * @param experiment groups runs, in the grammar of model names
     * @return the run; close it
     */
    default Run start(String experiment) {
        return start(experiment, RunOptions.defaults());
    }

    /**
     * Goes on with a run that has neither finished nor failed.
     *
     * @param runId its id
     * @return the run; close it
     * @throws NotFoundException if there is no such run
     * @throws AlreadyExistsException if it has finished or failed
     */
    Run resume(String runId);

    /**
     * Runs something as a run: finishes it when the work returns, unless the work has ended it itself, and fails it with
     * the reason when the work throws. An {@link Error} or a kill leaves it {@link RunStatus#KILLED} or {@link RunStatus#RUNNING}, to be resumed.
     *
     * @param <T> what the work gives
     * @param <E> what it may throw
     * @param experiment groups runs
     * @param options id and tags
     * @param work gets the run
     * @return what the work returned
     * @throws E what the work threw
     */
    default <T, E extends Exception> T track(String experiment, RunOptions options, Work<T, E> work) throws E {
        try (Run run = start(experiment, options)) {
            T result;
            try {
                result = work.in(run);
            } catch (Exception e) {
                failQuietly(run, e);
                throw e;
            }
            if (run.record().status() == RunStatus.RUNNING) {
                run.finish();
            }
            return result;
        }
    }

    private static void failQuietly(Run run, Exception failure) {
        try {
            run.fail(failure.toString());
        } catch (RuntimeException e) {
            // The work's own failure matters more than that it could not be written down.
            failure.addSuppressed(e);
        }
    }

    /**
     * What is done in a run.
     *
     * @param <T> what it gives
     * @param <E> what it may throw
     */
    @FunctionalInterface
    interface Work<T, E extends Exception> {
        /**
         * Does it.
         *
         * @param run to write to
         * @return the result
         * @throws E if it fails
         */
        T in(Run run) throws E;
    }

    /**
     * Finds a run.
     *
     * @param runId its id
     * @return what is known of it
     * @throws NotFoundException if there is no such run
     */
    RunRecord run(String runId);

    /**
     * All points of a metric.
     *
     * @param runId the run
     * @param metric the metric's name
     * @return one point a step, in order of steps; empty if it was never logged
     * @throws NotFoundException if there is no such run
     */
    List<MetricPoint> history(String runId, String metric);

    /**
     * Finds runs.
     *
     * @param query which, in which order, how many
     * @return the runs that match
     */
    List<RunRecord> find(RunQuery query);

    /**
     * Compares runs.
     *
     * @param runIds two or more, in the order of the table's columns
     * @return their differences
     * @throws NotFoundException if one does not exist
     */
    default RunComparison compare(List<String> runIds) {
        return RunComparison.of(runIds.stream().map(this::run).toList());
    }

    /**
     * Opens a file of a run. The stream checks the digest as it goes: it throws an {@link java.io.IOException} caused by
     * a {@link io.mlops4j.CorruptionException} at its end if the bytes are not those that were stored.
     *
     * @param runId the run
     * @param artifact the file's name
     * @return a stream; the caller closes it
     * @throws NotFoundException if there is no such run or artifact
     */
    InputStream open(String runId, String artifact);
}
