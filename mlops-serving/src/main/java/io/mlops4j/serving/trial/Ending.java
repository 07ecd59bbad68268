package io.mlops4j.serving.trial;

import java.util.OptionalLong;

/**
 * What came of a request, as far as the tests care.
 *
 * <p>Immutable.
 *
 * @param kind how it ended
 * @param nanos how long it took, if it was answered and that is to be compared
 * @param score the score of the answer as a part of its range; NaN if there is none
 */
record Ending(Kind kind, OptionalLong nanos, double score) {
    static final Ending FAILED = new Ending(Kind.FAILED, OptionalLong.empty(), Double.NaN);
    static final Ending OVERDUE = new Ending(Kind.OVERDUE, OptionalLong.empty(), Double.NaN);
    static final Ending VOID = new Ending(Kind.VOID, OptionalLong.empty(), Double.NaN);

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
