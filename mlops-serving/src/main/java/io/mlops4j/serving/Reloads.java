package io.mlops4j.serving;

import io.mlops4j.OverloadedException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * How a version that was evicted comes back: in one flight, on a thread of its own, so that whoever waits, the first one
 * included, can leave when its time is over.
 *
 *  - There is at most one flight for an evicted loading. It is taken off the list before it is told to be over: who comes
 *    later finds the new loading, or, if the flight failed, starts another.
 *  - The flight holds the new loading until all who waited have been told, and being told is taking a lease: so a version
 *    that was brought back for somebody is not evicted before that somebody had it.
 *  - Who left is told in vain: its future is done, and the lease that was taken for it goes back at once.
 */
/**
 * Brings the evicted versions of one slot back.
 *
 * <p>Thread-safe.
 */
final class Reloads {
    private static final Duration RETRY_AFTER = Duration.ofMillis(100);

    private final Slot slot;
    private final Map<Served, CompletableFuture<Void>> flights = new ConcurrentHashMap<>();

    Reloads(Slot slot) {
        this.slot = slot;
    }

    /** Waits for the version that a request means, within the request's time. */
    Served await(Request request, long start) {
        var mine = new CompletableFuture<Served>();
        lease(request, mine);
        return await(mine, request, start, () -> tooLate(request));
    }

    /** Waits for something within a request's time; it is failed when that is over. */
    static <T> T await(
            CompletableFuture<T> mine, Request request, long start, Supplier<DeadlineExceededException> tooLate) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return mine.get(left(request, start), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    mine.completeExceptionally(tooLate.get()); // or else it has just come
                } catch (ExecutionException e) {
                    throw unchecked(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unchecked(@Nullable Throwable cause) {
        if (cause instanceof RuntimeException e) {
            return e;
        }
        if (cause instanceof Error e) {
            throw e;
        }
        return new IllegalStateException(cause);
    }

    /** Goes on with the version that a request means when it is there, or fails when the request's time is over. */
    <T> CompletionStage<T> later(
            Request request, long start, Deadlines deadlines, Function<Served, CompletionStage<T>> then) {
        var mine = new CompletableFuture<Served>();
        failWhenLate(mine, request, start, deadlines, () -> tooLate(request));
        var answer = new CompletableFuture<T>();
        CompletionStage<Served> leased = mine;
        leased.whenComplete((served, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                go(served, then, answer);
            }
        });
        lease(request, mine);
        return answer;
    }

    /** Fails something when a request's time is over, if it has any. */
    static void failWhenLate(
            CompletableFuture<?> mine,
            Request request,
            long start,
            Deadlines deadlines,
            Supplier<DeadlineExceededException> tooLate) {
        if (request.timeout().isPresent()) {
            // On a thread of its own: who is told may be code of the host, which must not hold up the deadlines.
            var tellers = new Tellers(work -> new WorkerThread(work, "mlops-late").start());
            Runnable late = () -> mine.completeExceptionally(tooLate.get());
            Future<?> alarm = deadlines.after(left(request, start), () -> tellers.execute(late));
            CompletionStage<?> watched = mine;
            watched.whenComplete((done, failure) -> alarm.cancel(false));
        }
    }

    private static <T> void go(Served served, Function<Served, CompletionStage<T>> then, CompletableFuture<T> answer) {
        then.apply(served).whenComplete((result, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                answer.complete(result);
            }
        });
    }

    /** Gives a lease on what is meant to who waits, now or when a flight is over. */
    private void lease(Request request, CompletableFuture<Served> mine) {
        try {
            while (!mine.isDone()) {
                Served meant = slot.meant(request);
                if (slot.tryLease(meant)) {
                    if (!mine.complete(meant)) {
                        meant.lease().release();
                    }
                } else if (meant.isEvicted()) {
                    join(meant, request, mine);
                    return;
                }
            }
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
        }
    }

    private void join(Served evicted, Request request, CompletableFuture<Served> mine) {
        CompletionStage<Void> flight = flights.computeIfAbsent(evicted, this::start);
        flight.whenComplete((done, failure) -> {
            if (failure != null) {
                mine.completeExceptionally(failure);
            } else {
                lease(request, mine);
            }
        });
    }

    private CompletableFuture<Void> start(Served evicted) {
        var flight = new CompletableFuture<Void>();
        try {
            new WorkerThread(() -> fly(evicted, flight), "mlops-reload-" + evicted.version()).start();
        } catch (OutOfMemoryError e) { // unable to create native thread
            var overloaded = new OverloadedException(
                    "Cannot load model " + evicted.version() + " again: no thread can be made to do it", RETRY_AFTER);
            overloaded.addSuppressed(e);
            throw overloaded; // no flight is entered
        }
        return flight;
    }

    private void fly(Served evicted, CompletableFuture<Void> flight) {
        Runnable afterwards;
        try {
            afterwards = slot.reload(evicted);
        } catch (Throwable e) {
            flights.remove(evicted);
            flight.completeExceptionally(e);
            return;
        }
        flights.remove(evicted);
        try {
            flight.complete(null);
        } finally {
            afterwards.run();
        }
    }

    /** What is left of a request's time in nanoseconds; enough for ever if it has none. */
    private static long left(Request request, long start) {
        return request.timeout()
                .map(time -> Math.max(0, TimeUnit.NANOSECONDS.convert(time) - (System.nanoTime() - start)))
                .orElse(Long.MAX_VALUE);
    }

    private DeadlineExceededException tooLate(Request request) {
        return new DeadlineExceededException(
                "Cannot answer a request to model " + slot.name() + " within "
                        + request.timeout().orElseThrow() + ": it was evicted, and loading it again took longer",
                null);
    }
}
