package io.mlops4j.tracking;

/** How far a run has come. */
public enum RunStatus {
    /** It goes on, or its process died without a word. It can be resumed. */
    RUNNING,
    /** It did what it was to do. Final. */
    FINISHED,
    /** It could not do what it was to do, and said why. Final. */
    FAILED,
    /** It was left without having been finished or failed. It can be resumed. */
    KILLED;

    /**
     * Whether a run of this status can go on.
     *
     * @return true for {@link #RUNNING} and {@link #KILLED}
     */
    public boolean isResumable() {
        return this == RUNNING || this == KILLED;
    }
}
