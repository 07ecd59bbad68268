package io.mlops4j.inference;

/** What became of an outcome that was reported to an {@link OutcomeJoiner}. */
public enum JoinResult {
    /** It was joined to its inference. */
    JOINED,
    /** Its inference had an outcome already. */
    DUPLICATE,
    /** Its inference has left the window. */
    LATE,
    /** There is no inference of that id, or it left so long ago that it is forgotten. */
    UNKNOWN
}
