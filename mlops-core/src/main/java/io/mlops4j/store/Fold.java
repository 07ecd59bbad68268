package io.mlops4j.store;

import java.util.List;

/**
 * Turns the commits of a log into a state. Must be deterministic: the same commits give equal states, everywhere and
 * always; so it reads no clock and no random numbers.
 *
 * <p>Implementations must be thread-safe, which they are if they have no fields.
 *
 * @param <S> an immutable state
 */
public interface Fold<S> {
    /**
     * The state of an empty log.
     *
     * @return never null
     */
    S empty();

    /**
     * Goes on from a state.
     *
     * @param state what came before; not changed
     * @param commits what happened since, in order, at least one
     * @return the new state
     */
    S apply(S state, List<Commit> commits);

    /**
     * Writes a state down, so that opening a long log need not begin at its first commit.
     *
     * @param state a state
     * @return bytes from which {@link #restore} makes an equal state
     */
    byte[] checkpoint(S state);

    /**
     * Reads a state back.
     *
     * @param checkpoint what {@link #checkpoint} wrote, perhaps by another version of the fold
     * @return an equal state
     * @throws io.mlops4j.CorruptionException if the bytes are no state of this fold; the log is then read from an
     *     earlier checkpoint or its start
     */
    S restore(byte[] checkpoint);
}
