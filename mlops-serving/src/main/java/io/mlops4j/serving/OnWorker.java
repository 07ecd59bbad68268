package io.mlops4j.serving;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/*
 * Callers hear of answers on workers, and functions of ensembles run there. What they submit from there they may wait for
 * there: then all workers might wait for what only a worker could begin, and none would ever end.
 *
 *  - So it is answered on the worker, before the stage is given, as what is asked there by predict is.
 *  - A loop of callbacks, each of which submits what comes next, goes deeper into the stack by each round, as the stages
 *    are complete. Where the stack is deep the answer comes from a new thread: there the loop goes on with an empty stack,
 *    while this one unwinds. Who waits for it waits for a thread that waits for nobody.
 */
/**
 * Answers what is submitted on a {@link WorkerThread}.
 *
 * <p>Thread-safe.
 */
final class OnWorker {
    /** Far more frames than a callback needs, and far fewer than a stack has room for. */
    private static final int DEEP = 512;

    private static final Tellers NEW_THREADS = new Tellers(work -> new WorkerThread(work, "mlops-deep").start());

    private OnWorker() {}

    /** Answers, and gives a stage of the answer or of what was thrown instead. */
    static <T> CompletionStage<T> submit(Supplier<T> predict) {
        var answer = new CompletableFuture<T>();
        Runnable answering = () -> answer(predict, answer);
        if (isDeep()) {
            NEW_THREADS.execute(answering);
        } else {
            answering.run();
        }
        return answer;
    }

    private static boolean isDeep() {
        return StackWalker.getInstance()
                .walk(frames -> frames.skip(DEEP).findFirst().isPresent());
    }

    private static <T> void answer(Supplier<T> predict, CompletableFuture<T> answer) {
        T given;
        try {
            given = predict.get();
        } catch (Throwable e) {
            answer.completeExceptionally(e);
            return;
        }
        answer.complete(given);
    }
}
