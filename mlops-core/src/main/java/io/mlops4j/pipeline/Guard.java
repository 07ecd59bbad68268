package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.function.Function;

/**
 * A named condition on a transition of a {@link StateMachine}.
 *
 * <p>Immutable.
 *
 * @param <C> what the guard looks at
 * @param name names the guard in messages
 * @param objection why the transition may not be made, for people; empty if it may. A guard that throws objects.
 */
public record Guard<C>(String name, Function<C, Optional<String>> objection) {
    /** Checks that both are there. */
    public Guard {
        requireNonNull(name, "name");
        requireNonNull(objection, "objection");
    }
}
