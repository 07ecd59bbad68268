package io.mlops4j.drift;

/** What a detector makes of its stream. */
public enum DetectorState {
    /** Nothing to say. */
    NONE,
    /** Something may be going on; not every detector warns. */
    WARNING,
    /** The stream has changed. */
    DRIFT
}
