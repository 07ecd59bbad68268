package io.mlops4j.serving;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** What made something fail. */
final class Causes {
    private Causes() {}

    /** What made a stage fail, without what stages wrap around it. */
    static Throwable of(Throwable e) {
        return e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    }

    /** A stage that fails with what made the given one fail: to a caller, a stage of stages is one. */
    static <T> CompletionStage<T> unwrapped(CompletionStage<T> stage) {
        var bare = new CompletableFuture<T>();
        stage.whenComplete((value, e) -> {
            if (e == null) {
                bare.complete(value);
            } else {
                bare.completeExceptionally(of(e));
            }
        });
        return bare;
    }

    /** A failure that also tells of the one before it, which a second attempt was to mend. */
    static <E extends Throwable> E after(Throwable before, E e) {
        if (e != before) {
            e.addSuppressed(before);
        }
        return e;
    }
}
