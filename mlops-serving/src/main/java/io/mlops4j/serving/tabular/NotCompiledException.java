package io.mlops4j.serving.tabular;

import org.jspecify.annotations.Nullable;

/** The model is not of a form that can be compiled; says why. It may be a good model all the same. */
final class NotCompiledException extends Exception {
    private static final long serialVersionUID = 1L;

    NotCompiledException(String message) {
        super(message, null, false, false); // the way through the compiler, not a failure: no stack trace
    }

    static void require(boolean holds, String expectation) throws NotCompiledException {
        if (!holds) {
            throw new NotCompiledException("expected " + expectation);
        }
    }

    /** A value that must be there. */
    static <T> T present(@Nullable T value, String expectation) throws NotCompiledException {
        if (value == null) {
            throw new NotCompiledException("expected " + expectation);
        }
        return value;
    }
}
