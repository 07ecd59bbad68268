package io.mlops4j.serving.rollout;

/** Where a rollout stands. */
public enum RolloutState {
    /** It is under way. */
    RUNNING,
    /** Its share stays and it is not promoted; a candidate that is shown to be worse is still rolled back. */
    PAUSED,
    /** The decision to promote is written; the alias is being moved. */
    PROMOTING,
    /** The alias points at the candidate. */
    PROMOTED,
    /** The candidate was withdrawn; the alias was not touched. */
    ROLLED_BACK,
    /** Somebody ended it; the alias was not touched. */
    ABORTED,
    /** The alias was moved by somebody else meanwhile; it was not touched. */
    SUPERSEDED,
    /** The registry refused the promotion; the alias was not touched. */
    REFUSED;

    /**
     * Whether it is over.
     *
     * @return true for all but running, paused and promoting
     */
    public boolean isFinal() {
        return compareTo(PROMOTING) > 0;
    }
}
