package io.mlops4j.testkit;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What several clients asked of a thing, what they were answered, and which call had returned before which other began.
 * Recorded while they run:
 *
 * <pre>{@code
 * history.call(client, new Put("a"), () -> store.putIfAbsent(key, content));
 * }</pre>
 *
 * <p>Thread-safe.
 *
 * @param <I> what is asked for
 * @param <O> what is answered
 */
public final class History<I, O> {
    /** A total order of all beginnings and ends that agrees with real time; only the order counts. */
    private final AtomicLong now = new AtomicLong();

    @GuardedBy("this") private final List<Event<I, O>> events = new ArrayList<>();

    /** An empty history. */
    public History() {}

    /**
     * A call, from its beginning to its end.
     *
     * <p>Immutable.
     *
     * @param <I> what is asked for
     * @param <O> what is answered
     * @param client who called
     * @param input what was asked for
     * @param output the answer; empty if none came, so that the call may have taken effect, may do so at any later
     *     time, or never
     * @param begin when the call was made
     * @param end when the answer came; {@link Long#MAX_VALUE} if none did
     */
    public record Event<I, O>(int client, I input, Optional<O> output, long begin, long end) {
        /**
         * Checks that the call began before it ended, and that it ended if and only if there is an answer.
         *
         * @throws IllegalArgumentException if not
         */
        public Event {
            requireNonNull(input, "input");
            requireNonNull(output, "output");
            if (begin >= end || output.isEmpty() != (end == Long.MAX_VALUE)) {
                throw new IllegalArgumentException("Invalid call of " + input + " from " + begin + " to " + end
                        + ": expected a begin before the end, and an end only with an answer");
            }
        }

        @Override
        public String toString() {
            return "client " + client + ": " + input + " -> "
                    + output.map(o -> o + " [" + begin + ", " + end + "]").orElse("unknown [" + begin + ", ...]");
        }
    }

    /**
     * Makes a call and records it. A {@link StorageException} says that nothing has happened: the call is left out. An
     * {@link OutcomeUnknownException} leaves it without an answer.
     *
     * @param client who calls
     * @param input what is asked for
     * @param call does it
     * @return the answer, or empty if it failed with one of those two
     */
    public Optional<O> call(int client, I input, Supplier<O> call) {
        long begin = now.getAndIncrement();
        Optional<O> output;
        try {
            output = Optional.of(call.get());
        } catch (StorageException e) {
            return Optional.empty();
        } catch (OutcomeUnknownException e) {
            output = Optional.empty();
        }
        long end = output.isEmpty() ? Long.MAX_VALUE : now.getAndIncrement();
        add(new Event<>(client, input, output, begin, end));
        return output;
    }

    /**
     * Records a call that was made elsewhere.
     *
     * @param event the call; its times must be in one order with those of the others
     */
    public synchronized void add(Event<I, O> event) {
        events.add(requireNonNull(event, "event"));
    }

    /**
     * Takes a point in time, for calls that are recorded by {@link #add}.
     *
     * @return later than all that were taken before
     */
    public long tick() {
        return now.getAndIncrement();
    }

    /**
     * All calls so far.
     *
     * @return in the order in which they began; a copy
     */
    public synchronized List<Event<I, O>> events() {
        return events.stream().sorted(Comparator.comparingLong(Event::begin)).toList();
    }

    /** Writes a line for each call. */
    @Override
    public String toString() {
        return events().stream().map(Event::toString).collect(Collectors.joining("\n"));
    }
}
