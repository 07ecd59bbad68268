package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.gate.Evidence;
import io.mlops4j.internal.Names;
import io.mlops4j.model.ModelName;
import java.time.Instant;

/**
 * A training that was decided.
 *
 * <p>Immutable.
 *
 * @param id identifies it in the queue, and the pipeline run that it becomes; in the grammar of names
 * @param model what to train
 * @param signal who asked: the name of a trigger, {@code budget}, or {@code by hand}
 * @param reason why, for people
 * @param evidence why, in numbers and texts
 * @param at when it was decided
 */
public record TrainingRequest(String id, ModelName model, String signal, String reason, Evidence evidence, Instant at) {
    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if the id breaks the grammar of names
     */
    public TrainingRequest {
        Names.check("training request id", requireNonNull(id, "id"));
        requireNonNull(model, "model");
        requireNonNull(signal, "signal");
        requireNonNull(reason, "reason");
        requireNonNull(evidence, "evidence");
        requireNonNull(at, "at");
    }
}
