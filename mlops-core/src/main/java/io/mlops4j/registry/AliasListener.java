package io.mlops4j.registry;

/**
 * Hears of moved aliases. See {@link ModelRegistry#onMove} for when and on which thread.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface AliasListener {
    /**
     * An alias was moved; the registry's view shows it already. Aliases that moved in one commit are told one after the
     * other, with the same {@link AliasMove#commit()}, and from the first of them on the view shows all. What this throws
     * is logged and otherwise ignored.
     *
     * @param move the move
     */
    void moved(AliasMove move);
}
