package io.mlops4j.pipeline;

/** Where a run of a {@link PromotionPipeline} is. */
public enum PipelineState {
    /** Submitted; nothing has been done. */
    IDLE,
    /** Accepted: it has a commit id. */
    TRIGGERED,
    /** The CI gates judge. */
    CI_RUNNING,
    /** The build step makes a candidate. */
    BUILD,
    /** The staging gates judge the candidate. */
    STAGING_EVAL,
    /** The candidate is good and waits for an approval, if one is required, and for its turn to be promoted. */
    CT_QUEUED,
    /** The candidate serves. */
    PROMOTED,
    /** A guard objected, a step failed, or a person said no. */
    FAILED,
    /** The candidate served, and what stood before it serves again. */
    ROLLBACK;

    /**
     * Whether a run stops here by itself.
     *
     * @return true for PROMOTED, FAILED and ROLLBACK
     */
    public boolean isFinal() {
        return this == PROMOTED || this == FAILED || this == ROLLBACK;
    }
}
