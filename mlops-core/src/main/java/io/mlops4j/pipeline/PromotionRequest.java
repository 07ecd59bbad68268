package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.gate.Evidence;
import io.mlops4j.internal.Names;

/**
 * Asks for one run of a pipeline. The id makes it idempotent: the same request twice is one run.
 *
 * <p>Immutable.
 *
 * @param id identifies the run within its model, in the grammar of names
 * @param commitId the code that is to be built; the pipeline refuses a blank one
 * @param reason why, for people
 * @param evidence why, in numbers and texts
 */
public record PromotionRequest(String id, String commitId, String reason, Evidence evidence) {
    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if the id breaks the grammar of names
     */
    public PromotionRequest {
        Names.check("run id", requireNonNull(id, "id"));
        requireNonNull(commitId, "commitId");
        requireNonNull(reason, "reason");
        requireNonNull(evidence, "evidence");
    }

    /**
     * A request without evidence.
     *
     * @param id identifies the run within its model
     * @param commitId the code that is to be built
     * @param reason why, for people
     * @return the request
     * @throws IllegalArgumentException if the id breaks the grammar of names
     */
    public static PromotionRequest of(String id, String commitId, String reason) {
        return new PromotionRequest(id, commitId, reason, Evidence.none());
    }
}
