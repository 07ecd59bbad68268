package io.mlops4j.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.model.ModelName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * A turn that nobody has time for any more is a future that has failed: so it is given to the next one, and whether somebody
 * has his turn or has left is decided once, by the future.
 *
 * A load that must wait for leases to come back needs a turn as well: those leases could be held by somebody who waits for
 * others, and for his own load behind this one. A load of a model that is assembled is part of that turn.
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

    @GuardedBy("lock") private final Deque<Waiter> waiting = new ArrayDeque<>();

    /** The models that are assembled; none if it is the turn of a load. Null if it is nobody's turn. */
    @GuardedBy("lock") private @Nullable Set<ModelName> assembled;

    /**
     * Who waits.
     *
     * @param models those of an ensemble, or the one that is loaded
     * @param turn told true when it is his turn; a load is told false if it need not wait, being part of somebody's turn
     */
    private record Waiter(Set<ModelName> models, boolean loads, CompletableFuture<Boolean> turn) {}

    Turns(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    /**
     * Waits for a turn, within a request's time. Whoever has it must {@link #end} it.
     *
     * @throws DeadlineExceededException if the time is over before
     */
    void await(Set<ModelName> models, Request request, long start) {
        CompletableFuture<Boolean> mine = enter(models, false);
        try {
            Reloads.await(mine, request, start, () -> tooLate(request));
        } finally {
            leaveIfLate(mine);
        }
    }

    /**
     * Waits for the turn of a load that must wait for leases, unless the load is part of somebody's turn.
     *
     * @return whether it has a turn, which must then be ended
     */
    boolean awaitLoad(ModelName model) {
        return Reloads.await(enter(Set.of(model), true), Request.PLAIN, 0, () -> tooLate(Request.PLAIN));
    }

    /** Does something when its turn has come, which ends with what it gives; fails if the request's time is over before. */
    <T> CompletionStage<T> later(
            Set<ModelName> models, Request request, long start, Supplier<CompletionStage<T>> work) {
        CompletableFuture<Boolean> mine = enter(models, false);
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
    private CompletableFuture<Boolean> enter(Set<ModelName> models, boolean loads) {
        var mine = new Waiter(models, loads, new CompletableFuture<>());
        List<Waiter> parts = List.of();
        lock.lock();
        try {
            if (assembled == null) {
                parts = give(mine);
            } else if (isPart(mine)) {
                mine.turn().complete(false);
            } else {
                waiting.add(mine);
                return mine.turn();
            }
        } finally {
            lock.unlock();
        }
        parts.forEach(part -> part.turn().complete(false));
        mine.turn().complete(true);
        return mine.turn();
    }

    /** Gives the turn; what is waiting and part of it need not wait. */
    @GuardedBy("lock") private List<Waiter> give(Waiter next) {
        assembled = next.loads() ? Set.of() : next.models();
        List<Waiter> parts = new ArrayList<>();
        for (Waiter waiter : waiting) {
            if (isPart(waiter)) {
                parts.add(waiter);
            }
        }
        waiting.removeAll(parts);
        return parts;
    }

    @GuardedBy("lock") private boolean isPart(Waiter waiter) {
        return waiter.loads() && assembled != null && assembled.containsAll(waiter.models());
    }

    private void leaveIfLate(CompletableFuture<Boolean> mine) {
        if (mine.isCompletedExceptionally()) {
            lock.lock();
            try {
                waiting.removeIf(one -> one.turn() == mine);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Gives the turn to the next one who has time. */
    void end() {
        Waiter next;
        do {
            List<Waiter> parts = List.of();
            lock.lock();
            try {
                next = waiting.poll();
                assembled = null;
                if (next != null) {
                    parts = give(next);
                }
            } finally {
                lock.unlock();
            }
            parts.forEach(part -> part.turn().complete(false));
        } while (next != null && !next.turn().complete(true));
    }

    private static DeadlineExceededException tooLate(Request request) {
        return new DeadlineExceededException(
                "Cannot answer a request to an ensemble within "
                        + request.timeout().orElseThrow()
                        + ": a model of it was evicted, and others that wait for such models came first",
                null);
    }
}
