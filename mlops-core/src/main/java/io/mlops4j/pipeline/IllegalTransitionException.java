package io.mlops4j.pipeline;

import io.mlops4j.MlopsException;

/**
 * A move that the table of a {@link StateMachine} does not have. The machine stays where it is.
 *
 * <p>Immutable.
 */
public final class IllegalTransitionException extends MlopsException {
    private static final long serialVersionUID = 1L;

    private final Enum<?> from;
    private final Enum<?> to;

    IllegalTransitionException(String machine, Enum<?> from, Enum<?> to, Object expected) {
        super("Cannot move " + machine + " from " + from + " to " + to + ": expected one of " + expected, null);
        this.from = from;
        this.to = to;
    }

    /**
     * Where the machine is.
     *
     * @return a state of the machine
     */
    public Enum<?> from() {
        return from;
    }

    /**
     * Where it was to go.
     *
     * @return a state of the machine
     */
    public Enum<?> to() {
        return to;
    }
}
