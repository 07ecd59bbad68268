package io.mlops4j.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * A turn that nobody has time for any more is a future that has failed: so it is given to the next one, and whether somebody
 * has his turn or has left is decided once, by the future.
 *
 * Who ends his turn does not do what the next one has to do: that is woken, or goes on on a thread of its own. It may run the
 * host's code.
 */
/**
 * Lets those who hold some models and wait for others do so one at a time, in the order in which they came.
 *
 * <p>Thread-safe.
 */
final class Turns {
    private static final Tellers TELLERS = new Tellers(work -> new WorkerThread(work, "mlops-turn").start());

    private final Deadlines deadlines;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final Deque<CompletableFuture<Boolean>> waiting = new ArrayDeque<>();

    @GuardedBy("lock") private boolean taken;

    Turns(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    /**
     * Waits for a turn, within a request's time. Whoever has it must {@link #end} it.
     *
     * @throws DeadlineExceededException if the time is over before
     */
    void await(Request request, long start) {
        CompletableFuture<Boolean> mine = enter();
        try {
            Reloads.await(mine, request, start, () -> tooLate(request));
        } finally {
            leaveIfLate(mine);
        }
    }

    /** Does something when its turn has come, which ends with what it gives; fails if the request's time is over before. */
    <T> CompletionStage<T> later(Request request, long start, Supplier<CompletionStage<T>> work) {
        CompletableFuture<Boolean> mine = enter();
        if (mine.isDone()) {
            return go(work);
        }
        CompletionStage<T> given = mine.thenComposeAsync(turn -> go(work), TELLERS);
        CompletionStage<Boolean> watched = mine;
        watched.whenComplete((turn, e) -> leaveIfLate(mine));
        Reloads.failWhenLate(mine, request, start, deadlines, () -> tooLate(request));
        return given;
    }

    private <T> CompletionStage<T> go(Supplier<CompletionStage<T>> work) {
        CompletionStage<T> given;
        try {
            given = work.get();
        } catch (Throwable e) {
            end();
            throw e;
        }
        return given.whenComplete((done, e) -> end());
    }

    /** Done when it is the turn. */
    private CompletableFuture<Boolean> enter() {
        var mine = new CompletableFuture<Boolean>();
        lock.lock();
        try {
            if (taken) {
                waiting.add(mine);
                return mine;
            }
            taken = true;
        } finally {
            lock.unlock();
        }
        mine.complete(true);
        return mine;
    }

    private void leaveIfLate(CompletableFuture<Boolean> mine) {
        if (mine.isCompletedExceptionally()) {
            lock.lock();
            try {
                waiting.removeIf(one -> one == mine);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Gives the turn to the next one who has time. */
    void end() {
        CompletableFuture<Boolean> next = next();
        while (next != null && !next.complete(true)) {
            next = next();
        }
    }

    private @Nullable CompletableFuture<Boolean> next() {
        lock.lock();
        try {
            CompletableFuture<Boolean> next = waiting.poll();
            taken = next != null;
            return next;
        } finally {
            lock.unlock();
        }
    }

    private static DeadlineExceededException tooLate(Request request) {
        return new DeadlineExceededException(
                "Cannot answer a request to an ensemble within "
                        + request.timeout().orElseThrow()
                        + ": a model of it was evicted, and others that wait for such models came first",
                null);
    }
}
