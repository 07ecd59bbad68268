package io.mlops4j.tribuo;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.DatasetRef;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tribuo.Model;
import org.tribuo.Output;

/**
 * What a tracked training gave.
 *
 * <p>Immutable, as far as Tribuo's models are.
 *
 * @param model the trained model
 * @param runId the run that tracked it
 * @param data what it was trained on
 * @param metrics as the run has them: {@code train.rmse}, {@code validation.rmse} and so on; copied
 * @param <T> the type of output
 */
public record Trained<T extends Output<T>>(
        Model<T> model, String runId, DatasetRef data, SortedMap<String, Double> metrics) {
    /** Copies the metrics. */
    public Trained {
        requireNonNull(model, "model");
        requireNonNull(runId, "runId");
        requireNonNull(data, "data");
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }
}
