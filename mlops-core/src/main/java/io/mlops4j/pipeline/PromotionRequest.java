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
    /** The longest id, in characters; it leaves room for the idempotency keys that are made of it. */
    public static final int MAX_ID = 100;

    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if the id breaks the grammar of names or is longer than {@link #MAX_ID}
     */
    public PromotionRequest {
        Names.check("run id", requireNonNull(id, "id"));
        if (id.length() > MAX_ID) {
            throw new IllegalArgumentException(
                    "Invalid run id " + id + ": has " + id.length() + " characters, expected at most " + MAX_ID);
        }
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
     * @throws IllegalArgumentException if the id breaks the grammar of names or is longer than {@link #MAX_ID}
     */
    public static PromotionRequest of(String id, String commitId, String reason) {
        return new PromotionRequest(id, commitId, reason, Evidence.none());
    }
}
