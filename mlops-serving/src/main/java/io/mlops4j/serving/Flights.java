package io.mlops4j.serving;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * Who comes first to a question that nobody has answered computes it (leads); who comes meanwhile waits (follows).
 *
 *  - The leader keeps its answer before its flight is removed, and looks for a kept answer after its flight is entered.
 *    So of two leaders of one question the second finds what the first kept: either it was entered before the first was
 *    removed, then it is no leader, or after, then the answer is there. Looking only before entering, as a caller does
 *    anyway, would let it compute again.
 *  - A flight ends when its leader has an answer or has failed. A failure is the leader's alone (its time may have been
 *    shorter, its tenant's share smaller): its followers each compute for themselves, and follow nobody again, or many
 *    callers of a question that always fails would wait for one another in turn.
 *  - Followers are bounded; beyond the bound callers compute, and with that meet the bounds of the model's queue.
 *  - A worker never follows: the leader may be waiting for that very worker.
 *  - Who follows without waiting hears of the answer on a thread of `tellers`, never on the leader's: the leader may be a
 *    caller of its own, and still hold a lease. Only if no thread can be made it is told there, and the leader's thread
 *    counts as a worker as long as that takes.
 */
/**
 * Has concurrent equal questions computed once.
 *
 * <p>Thread-safe.
 *
 * @param <Q> questions; equal ones share an answer
 * @param <A> answers
 */
final class Flights<Q, A> {
    static final int MOST_FOLLOWERS = 1024;

    private final ConcurrentHashMap<Q, Flight<A>> flying = new ConcurrentHashMap<>();
    private final Deadlines deadlines;
    private final Executor tellers;

    /** One question of one caller. */
    interface Asked<A> {
        /** The answer, if it is kept. */
        @Nullable A known();

        /** Computes the answer and keeps it, on this thread. */
        A compute();

        /** Computes the answer and keeps it, later. */
        CompletionStage<A> computeLater();

        /** The answer came from another caller's computation. */
        void shared();

        /** The nanoseconds that the caller will still wait; {@link Long#MAX_VALUE} if for ever. */
        long left();

        /** What to say when they are over. */
        RuntimeException tooLate();
    }

    private static final class Flight<A> {
        private final CompletableFuture<Optional<A>> end = new CompletableFuture<>();
        private final AtomicInteger followers = new AtomicInteger();

        boolean mayFollow() {
            return !WorkerThread.isCurrent() && followers.incrementAndGet() <= MOST_FOLLOWERS;
        }
    }

    Flights(Deadlines deadlines, Executor tellers) {
        this.deadlines = deadlines;
        this.tellers = new Tellers(tellers);
    }

    /** Answers a question that was not known a moment ago. Blocks. */
    A run(Q question, Asked<A> asked) {
        var mine = new Flight<A>();
        Flight<A> there = flying.putIfAbsent(question, mine);
        if (there == null) {
            return lead(question, asked, mine);
        }
        return there.mayFollow() ? await(there, asked) : asked.compute();
    }

    private A lead(Q question, Asked<A> asked, Flight<A> mine) {
        @Nullable A answer = null;
        try {
            answer = asked.known();
            if (answer == null) {
                answer = asked.compute();
            }
            return answer;
        } finally {
            end(question, mine, answer);
        }
    }

    private void end(Q question, Flight<A> mine, @Nullable A answer) {
        flying.remove(question, mine);
        mine.end.complete(Optional.ofNullable(answer));
    }

    /** An interrupt is kept, and does not end the wait, as in a model's queue. */
    private static <A> A await(Flight<A> there, Asked<A> asked) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    Optional<A> answer = there.end.get(asked.left(), TimeUnit.NANOSECONDS);
                    if (answer.isPresent()) {
                        asked.shared();
                        return answer.get();
                    }
                    return asked.compute();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    throw asked.tooLate();
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e); // a flight does not end so
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Answers a question that was not known a moment ago. Does not block. */
    CompletionStage<A> submit(Q question, Asked<A> asked) {
        var mine = new Flight<A>();
        Flight<A> there = flying.putIfAbsent(question, mine);
        if (there == null) {
            return leadLater(question, asked, mine);
        }
        return there.mayFollow() ? awaitLater(there, asked) : asked.computeLater();
    }

    private CompletionStage<A> leadLater(Q question, Asked<A> asked, Flight<A> mine) {
        var answer = new CompletableFuture<A>();
        try {
            @Nullable A known = asked.known();
            CompletionStage<A> running =
                    known == null ? asked.computeLater() : CompletableFuture.completedFuture(known);
            running.whenComplete((computed, failure) -> {
                end(question, mine, failure == null ? computed : null);
                relay(computed, failure, answer);
            });
        } catch (Throwable e) {
            end(question, mine, null);
            throw e;
        }
        return answer;
    }

    private CompletionStage<A> awaitLater(Flight<A> there, Asked<A> asked) {
        var answer = new CompletableFuture<A>();
        long left = asked.left();
        Future<?> alarm = left == Long.MAX_VALUE
                ? CompletableFuture.completedFuture(null)
                : deadlines.after(left, () -> tellers.execute(() -> answer.completeExceptionally(asked.tooLate())));
        CompletableFuture<Void> unused = there.end.thenAcceptAsync(
                found -> {
                    alarm.cancel(false);
                    if (!answer.isDone()) {
                        tell(found, asked, answer);
                    }
                },
                tellers);
        return answer;
    }

    private static <A> void tell(Optional<A> found, Asked<A> asked, CompletableFuture<A> answer) {
        if (found.isPresent()) {
            asked.shared();
            answer.complete(found.get());
            return;
        }
        try {
            asked.computeLater().whenComplete((computed, failure) -> relay(computed, failure, answer));
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        }
    }

    private static <A> void relay(@Nullable A computed, @Nullable Throwable failure, CompletableFuture<A> answer) {
        if (failure != null) {
            answer.completeExceptionally(failure);
        } else {
            answer.complete(computed);
        }
    }

    /** How many questions are being computed. */
    int size() {
        return flying.size();
    }
}
