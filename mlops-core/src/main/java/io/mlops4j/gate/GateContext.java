package io.mlops4j.gate;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.util.Optional;

/**
 * What a gate judges.
 *
 * <p>Immutable.
 *
 * @param model the model that is to change
 * @param runId the pipeline run that asks
 * @param commitId the code commit of the run
 * @param candidate what was built; empty for gates that run before the build
 * @param trigger why the run was started, in numbers and texts
 */
public record GateContext(
        ModelName model, String runId, String commitId, Optional<Candidate> candidate, Evidence trigger) {
    /** Checks that all is there. */
    public GateContext {
        requireNonNull(model, "model");
        requireNonNull(runId, "runId");
        requireNonNull(commitId, "commitId");
        requireNonNull(candidate, "candidate");
        requireNonNull(trigger, "trigger");
    }
}
