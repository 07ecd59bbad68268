package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The kinds of tickets: by how their holders hear of the answer. */
final class Tickets {
    private Tickets() {}

    /**
     * Held by a thread that waits. Threads park, so a virtual one gives its carrier away.
     *
     * <p>To be awaited by the thread that made it.
     */
    static final class Waiting extends Ticket {
        private final Thread holder = Thread.currentThread();
        private Map<String, Value> outputs = Map.of();
        private @Nullable Throwable failure;
        private volatile boolean told;

        Waiting(Ask ask) {
            super(ask);
        }

        @Override
        void settled(Map<String, Value> answer, @Nullable Throwable reason) {
            outputs = answer;
            failure = reason;
            told = true;
            LockSupport.unpark(holder);
        }

        /** Waits for the answer; throws the failure, if it is one. An interrupt is kept, and does not end the wait. */
        Map<String, Value> await() {
            boolean interrupted = false;
            while (!told) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure != null) {
                throw failure instanceof RuntimeException runtime ? runtime : new IllegalStateException(failure);
            }
            return outputs;
        }
    }

    /** Held by somebody who will be called. */
    static final class Promised extends Ticket {
        private final CompletableFuture<Map<String, Value>> promise;

        Promised(Ask ask, CompletableFuture<Map<String, Value>> promise) {
            super(ask);
            this.promise = promise;
        }

        @Override
        void settled(Map<String, Value> answer, @Nullable Throwable reason) {
            if (reason == null) {
                promise.complete(answer);
            } else {
                promise.completeExceptionally(reason);
            }
        }
    }

    /** A part of a request that is too large for one batch. */
    private static final class Part extends Ticket {
        private final Whole whole;
        private final int index;

        Part(Ask ask, Whole whole, int index) {
            super(ask);
            this.whole = whole;
            this.index = index;
        }

        @Override
        void settled(Map<String, Value> answer, @Nullable Throwable reason) {
            whole.settled(index, answer, reason);
        }
    }

    /** A request that was split; its ticket never queues, its parts do. */
    static final class Whole {
        /** So far below zero that no number of answers reaches it. */
        private static final int FAILED = Integer.MIN_VALUE / 2;

        private final Ticket ticket;
        private final WaitingRoom room;
        private final List<Part> parts = new ArrayList<>();
        private final AtomicReferenceArray<Map<String, Value>> answers;
        private final AtomicInteger missing;

        private Whole(Ticket ticket, WaitingRoom room, int count) {
            this.ticket = ticket;
            this.room = room;
            this.answers = new AtomicReferenceArray<>(count);
            this.missing = new AtomicInteger(count);
        }

        /** Splits a ticket's request of more rows than a batch may have. */
        static Whole of(Ticket ticket, Call call, int maxRows, WaitingRoom room, RowsOf form) {
            Ask ask = ticket.ask();
            int count = Math.toIntExact(((long) ask.rows() + maxRows - 1) / maxRows);
            var whole = new Whole(ticket, room, count);
            for (int i = 0; i < count; i++) {
                int from = i * maxRows;
                Map<String, Value> inputs = Batcher.rows(ask.inputs(), from, Math.min(maxRows, ask.rows() - from));
                whole.parts.add(new Part(Ask.of(call, inputs, form.of(inputs)), whole, i));
            }
            return whole;
        }

        List<Ticket> parts() {
            return Collections.unmodifiableList(parts);
        }

        private void settled(int index, Map<String, Value> answer, @Nullable Throwable reason) {
            if (reason != null) {
                // The others leave before the holder hears of it: then the lease goes back, and nobody may be in the
                // room.
                if (missing.getAndSet(FAILED) > 0) {
                    parts.forEach(part -> part.fail(reason));
                    room.leave(parts);
                    ticket.fail(reason);
                }
                return;
            }
            answers.set(index, answer);
            if (missing.decrementAndGet() == 0) {
                List<Map<String, Value>> all = new ArrayList<>();
                for (int i = 0; i < answers.length(); i++) {
                    all.add(answers.get(i));
                }
                answer(all);
            }
        }

        /** Who runs this has settled the last part, and can tell the holder of no failure any more. */
        private void answer(List<Map<String, Value>> all) {
            Map<String, Value> merged;
            try {
                merged = Batcher.merge(all);
            } catch (Throwable e) {
                ticket.fail(e);
                return;
            }
            ticket.answer(merged);
        }
    }

    /** Weighs inputs. */
    interface RowsOf {
        Rows of(Map<String, Value> inputs);
    }
}
