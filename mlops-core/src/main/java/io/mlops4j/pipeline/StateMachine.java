package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.internal.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table of states: which moves there are, which guards they must pass, and what is done on entering a state.
 *
 * <pre>{@code
 * StateMachine<Door, Visitor> door = StateMachine.<Door, Visitor>named("door", Door.CLOSED)
 *         .transition(Door.CLOSED, Door.OPEN, new Guard<>("key", visitor -> visitor.key() ? Optional.empty() : Optional.of("no key")))
 *         .transition(Door.OPEN, Door.CLOSED)
 *         .onEntry(Door.OPEN, (move, visitor) -> visitor.welcome())
 *         .build();
 * Session<Door, Visitor> session = door.session(visitor, meters);
 * session.moveTo(Door.OPEN);
 * }</pre>
 *
 * <p>A definition is checked when it is built: every state can be reached, no move is there twice, and a guarded move
 * has a way into the failure state if there is one. Each move of a {@link Session} is counted and timed.
 *
 * <p>Immutable; thread-safe if its guards and actions are.
 *
 * @param <S> the states
 * @param <C> what guards and actions look at
 */
public final class StateMachine<S extends Enum<S>, C> {
    private final String name;
    private final S initial;
    private final @Nullable S failure;
    private final Map<S, Map<S, List<Guard<C>>>> table;
    private final Map<S, Action<S, C>> actions;

    private StateMachine(Builder<S, C> builder) {
        name = builder.name;
        initial = builder.initial;
        failure = builder.failure;
        table = new EnumMap<>(initial.getDeclaringClass());
        builder.table.forEach((from, row) -> table.put(from, new EnumMap<>(row)));
        actions = new EnumMap<>(initial.getDeclaringClass());
        actions.putAll(builder.actions);
    }

    /**
     * What is done on entering a state.
     *
     * @param <S> the states
     * @param <C> what the action works on
     */
    @FunctionalInterface
    public interface Action<S extends Enum<S>, C> {
        /**
         * Does it. If it throws, the session stays where it was, and the exception goes on to the caller.
         *
         * @param move the move that is being made
         * @param context what the session was opened with
         */
        void enter(Transition<S> move, C context);
    }

    /**
     * Begins a definition.
     *
     * @param <S> the states
     * @param <C> what guards and actions look at
     * @param name names the machine in meters and messages
     * @param initial the state in which a session begins
     * @return a builder
     */
    public static <S extends Enum<S>, C> Builder<S, C> named(String name, S initial) {
        return new Builder<>(requireNonNull(name, "name"), requireNonNull(initial, "initial"));
    }

    /**
     * Names the machine.
     *
     * @return as it was defined
     */
    public String name() {
        return name;
    }

    /**
     * The state in which a session begins.
     *
     * @return as it was defined
     */
    public S initial() {
        return initial;
    }

    /**
     * The states that can follow a state.
     *
     * @param from a state
     * @return empty for a final state
     */
    public Set<S> successors(S from) {
        return Collections.unmodifiableSet(row(from).keySet());
    }

    /**
     * Whether the table has a move, whatever its guards say.
     *
     * @param from a state
     * @param to a state
     * @return true if it has
     */
    public boolean allows(S from, S to) {
        return row(from).containsKey(to);
    }

    /**
     * Opens a session in the initial state.
     *
     * @param context what guards and actions look at
     * @param meters counts and times the moves
     * @return the session
     */
    public Session<S, C> session(C context, MeterRegistry meters) {
        return session(initial, context, meters);
    }

    /**
     * Opens a session where an earlier one stopped; no entry action is run.
     *
     * @param state where
     * @param context what guards and actions look at
     * @param meters counts and times the moves
     * @return the session
     */
    public Session<S, C> session(S state, C context, MeterRegistry meters) {
        return new Session<>(this, requireNonNull(state, "state"), context, requireNonNull(meters, "meters"));
    }

    private Map<S, List<Guard<C>>> row(S from) {
        return table.getOrDefault(requireNonNull(from, "from"), Map.of());
    }

    /** Which guard objects to a move, the first in the order of definition. */
    Optional<Transition.Refusal> refusal(S from, S to, C context) {
        List<Guard<C>> guards = row(from).get(to);
        if (guards == null) {
            throw new IllegalTransitionException(name, from, to, row(from).keySet());
        }
        for (Guard<C> guard : guards) {
            Optional<String> objection = ask(guard, context);
            if (objection.isPresent()) {
                return Optional.of(new Transition.Refusal(guard.name(), objection.get()));
            }
        }
        return Optional.empty();
    }

    private Optional<String> ask(Guard<C> guard, C context) {
        try {
            return guard.objection().apply(context);
        } catch (RuntimeException e) {
            // A guard that cannot answer has not agreed.
            return Optional.of("the guard broke with " + e.getClass().getSimpleName() + ": "
                    + Text.quote(String.valueOf(e.getMessage())));
        }
    }

    S afterRefusal(S from) {
        return failure == null ? from : failure;
    }

    void enter(Transition<S> move, C context) {
        Action<S, C> action = actions.get(move.reached());
        if (action != null) {
            action.enter(move, context);
        }
    }

    /**
     * Collects the table.
     *
     * <p>Confined to one thread at a time.
     *
     * @param <S> the states
     * @param <C> what guards and actions look at
     */
    public static final class Builder<S extends Enum<S>, C> {
        private final String name;
        private final S initial;
        private final Map<S, Map<S, List<Guard<C>>>> table;
        private final Map<S, Action<S, C>> actions;
        private @Nullable S failure;

        private Builder(String name, S initial) {
            this.name = name;
            this.initial = initial;
            table = new EnumMap<>(initial.getDeclaringClass());
            actions = new EnumMap<>(initial.getDeclaringClass());
        }

        /**
         * Adds a move.
         *
         * @param from a state
         * @param to another state
         * @param guards all must agree; asked in this order
         * @return this builder
         * @throws IllegalArgumentException if the move is there already
         */
        @SafeVarargs
        public final Builder<S, C> transition(S from, S to, Guard<C>... guards) {
            Map<S, List<Guard<C>>> row = table.computeIfAbsent(
                    requireNonNull(from, "from"), state -> new EnumMap<>(state.getDeclaringClass()));
            List<Guard<C>> all = new ArrayList<>();
            for (Guard<C> guard : guards) {
                all.add(requireNonNull(guard, "guard"));
            }
            if (row.putIfAbsent(requireNonNull(to, "to"), List.copyOf(all)) != null) {
                throw new IllegalArgumentException(
                        "Cannot add transition from " + from + " to " + to + " to " + name + ": it is there already");
            }
            return this;
        }

        /**
         * Sets what is done on entering a state.
         *
         * @param state the state
         * @param action is run before the session counts as being there
         * @return this builder
         * @throws IllegalArgumentException if the state has an action already
         */
        public Builder<S, C> onEntry(S state, Action<S, C> action) {
            if (actions.putIfAbsent(requireNonNull(state, "state"), requireNonNull(action, "action")) != null) {
                throw new IllegalArgumentException(
                        "Cannot add an entry action to " + state + " of " + name + ": it has one already");
            }
            return this;
        }

        /**
         * Sets where a session goes when a guard objects; without it, the session stays where it is.
         *
         * @param state the failure state; every guarded move needs an unguarded one from the same state into it
         * @return this builder
         */
        public Builder<S, C> failingTo(S state) {
            failure = requireNonNull(state, "state");
            return this;
        }

        /**
         * Checks the table and makes the machine.
         *
         * @return the machine
         * @throws IllegalArgumentException if a state cannot be reached, or a guarded move has no way into the failure
         *     state
         */
        public StateMachine<S, C> build() {
            Set<S> unreachable = EnumSet.complementOf(reachable());
            if (!unreachable.isEmpty()) {
                throw new IllegalArgumentException("Cannot build " + name + ": states " + unreachable
                        + " cannot be reached from " + initial + " with moves from " + table.keySet());
            }
            if (failure != null) {
                List<S> stuck = new ArrayList<>();
                table.forEach((from, row) -> {
                    if (isStuck(row, failure)) {
                        stuck.add(from);
                    }
                });
                if (!stuck.isEmpty()) {
                    throw new IllegalArgumentException("Cannot build " + name + ": states " + stuck
                            + " have guarded moves but no unguarded one to " + failure);
                }
            }
            return new StateMachine<>(this);
        }

        private boolean isStuck(Map<S, List<Guard<C>>> row, S failure) {
            boolean guarded = row.values().stream().anyMatch(guards -> !guards.isEmpty());
            List<Guard<C>> way = row.get(failure);
            return guarded && (way == null || !way.isEmpty());
        }

        private EnumSet<S> reachable() {
            EnumSet<S> seen = EnumSet.of(initial);
            Deque<S> open = new ArrayDeque<>(List.of(initial));
            while (!open.isEmpty()) {
                table.getOrDefault(open.remove(), Map.of()).keySet().stream()
                        .filter(seen::add)
                        .forEach(open::add);
            }
            return seen;
        }
    }

    /** Writes the table, one line a state. */
    @Override
    public String toString() {
        var out = new StringBuilder(name);
        Arrays.stream(initial.getDeclaringClass().getEnumConstants())
                .forEach(state -> out.append('\n').append(state).append(" -> ").append(successors(state)));
        return out.toString();
    }
}
