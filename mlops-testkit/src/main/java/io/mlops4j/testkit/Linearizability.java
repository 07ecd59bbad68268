package io.mlops4j.testkit;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides whether a {@link History} could have come about one call at a time: whether each call can be given one
 * instant between its beginning and its end, so that the answers are those of a {@link Specification} that is called in
 * the order of these instants. A call without an answer may be given any instant after its beginning, or none.
 *
 * <pre>{@code
 * Linearizability.of(new CounterSpecification()).require(history);
 * }</pre>
 *
 * <p>The search is that of Wing and Gong [1], which tries each call that no other unplaced call had preceded, with
 * Lowe's memory [2]: a set of placed calls that led to a state once need not be tried again. The question is
 * NP-complete, and the time exponential in the number of calls that overlap, not in the length of the history; some
 * tens of calls take microseconds. Split histories by key where keys do not depend on each other: all of a thing is
 * linearizable if each of its independent parts is [3].
 *
 * <p>[1] J. M. Wing, C. Gong: Testing and verifying concurrent objects. J. Parallel Distrib. Comput. 17, 1993.
 * [2] G. Lowe: Testing for linearizability. Concurrency Comput. Pract. Exper. 29(4), 2017.
 * [3] M. Herlihy, J. M. Wing: Linearizability. ACM TOPLAS 12(3), 1990, theorem 1.
 *
 * <p>Immutable.
 *
 * @param <S> a state
 * @param <I> what is asked for
 * @param <O> what is answered
 */
public final class Linearizability<S, I, O> {
    private final Specification<S, I, O> specification;

    private Linearizability(Specification<S, I, O> specification) {
        this.specification = specification;
    }

    /**
     * Makes a checker.
     *
     * @param <S> a state
     * @param <I> what is asked for
     * @param <O> what is answered
     * @param specification says what one caller at a time would see
     * @return the checker
     */
    public static <S, I, O> Linearizability<S, I, O> of(Specification<S, I, O> specification) {
        return new Linearizability<>(requireNonNull(specification, "specification"));
    }

    /**
     * Decides.
     *
     * @param history what happened; nobody records any more
     * @return whether it could have come about one call at a time
     */
    public boolean accepts(History<I, O> history) {
        return new Search(history.events()).isPossible();
    }

    /**
     * Demands it.
     *
     * @param history what happened; nobody records any more
     * @throws AssertionError if it could not have come about one call at a time; the message holds the history, the
     *     longest order that goes well, and the calls at which that one ends
     */
    public void require(History<I, O> history) {
        var search = new Search(history.events());
        if (!search.isPossible()) {
            throw new AssertionError("Not linearizable:\n" + history + "\n" + search.explanation());
        }
    }

    /** Calls that have been placed, the state they led to, and by which way. */
    private record Node<S>(BitSet placed, S state, int last, Optional<Node<S>> before) {}

    /** What is known already: the way does not matter. */
    private record Seen<S>(BitSet placed, S state) {}

    /** Confined to one thread at a time. */
    private final class Search {
        private final List<History.Event<I, O>> events;
        private final int answered;
        private final Set<Seen<S>> seen = new HashSet<>();
        private final Deque<Node<S>> open = new ArrayDeque<>();
        private Node<S> farthest;

        Search(List<History.Event<I, O>> events) {
            this.events = events;
            this.answered =
                    (int) events.stream().filter(e -> e.output().isPresent()).count();
            this.farthest = new Node<>(new BitSet(), specification.initial(), -1, Optional.empty());
        }

        boolean isPossible() {
            open.push(farthest);
            while (!open.isEmpty()) {
                Node<S> node = open.pop();
                if (answered(node) > answered(farthest)) {
                    farthest = node;
                }
                if (answered(node) == answered) {
                    return true;
                }
                expand(node);
            }
            return false;
        }

        private int answered(Node<S> node) {
            return (int) node.placed().stream()
                    .filter(i -> events.get(i).output().isPresent())
                    .count();
        }

        /** Tries last what began first, so that it is on top; and what has no answer at the very last. */
        private void expand(Node<S> node) {
            List<Integer> next = next(node);
            for (int i = next.size() - 1; i >= 0; i--) {
                if (events.get(next.get(i)).output().isEmpty()) {
                    tryPlace(node, next.get(i));
                }
            }
            for (int i = next.size() - 1; i >= 0; i--) {
                if (events.get(next.get(i)).output().isPresent()) {
                    tryPlace(node, next.get(i));
                }
            }
        }

        /** The calls that may come next: those that began before any that is still to be placed had ended. */
        private List<Integer> next(Node<S> node) {
            List<Integer> next = new ArrayList<>();
            long firstEnd = Long.MAX_VALUE;
            for (int i = node.placed().nextClearBit(0);
                    i < events.size();
                    i = node.placed().nextClearBit(i + 1)) {
                if (events.get(i).begin() > firstEnd) {
                    break;
                }
                firstEnd = Math.min(firstEnd, events.get(i).end());
                next.add(i);
            }
            return next;
        }

        private void tryPlace(Node<S> node, int call) {
            History.Event<I, O> event = events.get(call);
            Specification.Step<S, O> step = specification.step(node.state(), event.input());
            boolean fits = event.output().isPresent()
                    ? event.output().get().equals(step.output())
                    : !step.state().equals(node.state());
            if (!fits) {
                return;
            }
            BitSet placed = (BitSet) node.placed().clone();
            placed.set(call);
            if (seen.add(new Seen<>(placed, step.state()))) {
                open.push(new Node<>(placed, step.state(), call, Optional.of(node)));
            }
        }

        String explanation() {
            var order = new ArrayDeque<String>();
            for (Node<S> node = farthest;
                    node.before().isPresent();
                    node = node.before().get()) {
                order.push("  " + events.get(node.last()));
            }
            return "The longest order that goes well:\n" + String.join("\n", order) + "\nleads to "
                    + farthest.state() + ", where none of these fits:\n"
                    + next(farthest).stream()
                            .map(i -> "  " + events.get(i) + ", expected "
                                    + specification
                                            .step(
                                                    farthest.state(),
                                                    events.get(i).input())
                                            .output())
                            .collect(Collectors.joining("\n"));
        }
    }
}
