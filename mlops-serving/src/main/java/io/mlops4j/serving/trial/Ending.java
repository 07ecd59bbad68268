package io.mlops4j.serving.trial;

/**
 * What came of a request, as far as the tests care.
 *
 * <p>Immutable.
 *
 * @param kind how it ended
 * @param nanos how long it took, if it was answered
 * @param score the score of the answer as a part of its range; NaN if there is none
 */
record Ending(Kind kind, long nanos, double score) {
    static final Ending FAILED = new Ending(Kind.FAILED, 0, Double.NaN);
    static final Ending OVERDUE = new Ending(Kind.OVERDUE, 0, Double.NaN);
    static final Ending VOID = new Ending(Kind.VOID, 0, Double.NaN);

    /** How a request may end. */
    enum Kind {
        /** With an answer. */
        ANSWERED,
        /** With a failure of the version. */
        FAILED,
        /** Not within the time in which an answer counts. */
        OVERDUE,
        /** In a way that says nothing of the version. */
        VOID
    }
}
