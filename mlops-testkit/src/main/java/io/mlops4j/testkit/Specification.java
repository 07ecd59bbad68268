package io.mlops4j.testkit;

/**
 * How a thing behaves when it is used by one caller at a time: the yardstick of {@link Linearizability}.
 *
 * <p>Implementations must be deterministic, and thread-safe, which they are if they have no fields.
 *
 * @param <S> a state: immutable, with {@code equals} and {@code hashCode} by value
 * @param <I> what is asked for
 * @param <O> what is answered, with {@code equals} by value
 */
public interface Specification<S, I, O> {
    /**
     * The state before the first call.
     *
     * @return never null
     */
    S initial();

    /**
     * What a call does.
     *
     * @param state the state before it; not changed
     * @param input what is asked for
     * @return the state after it, and the answer
     */
    Step<S, O> step(S state, I input);

    /**
     * What a call does.
     *
     * <p>Immutable.
     *
     * @param <S> a state
     * @param <O> an answer
     * @param state the state after it
     * @param output the answer
     */
    record Step<S, O>(S state, O output) {}
}
