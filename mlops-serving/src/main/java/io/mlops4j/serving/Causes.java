package io.mlops4j.serving;

import java.util.concurrent.CompletionException;

/** What made something fail. */
final class Causes {
    private Causes() {}

    /** What made a stage fail, without what stages wrap around it. */
    static Throwable of(Throwable e) {
        return e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    }

    /** A failure that also tells of the one before it, which a second attempt was to mend. */
    static <E extends Throwable> E after(Throwable before, E e) {
        if (e != before) {
            e.addSuppressed(before);
        }
        return e;
    }
}
