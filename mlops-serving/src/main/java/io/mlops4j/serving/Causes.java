package io.mlops4j.serving;

import java.util.concurrent.CompletionException;

/** What made a stage fail, without what stages wrap around it. */
final class Causes {
    private Causes() {}

    static Throwable of(Throwable e) {
        return e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    }
}
