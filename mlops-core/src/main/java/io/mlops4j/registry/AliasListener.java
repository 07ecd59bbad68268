package io.mlops4j.registry;

/**
 * Hears of moved aliases. See {@link ModelRegistry#onMove} for when and on which thread.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface AliasListener {
    /**
     * An alias was moved; the registry's view shows it already. What this throws is logged and otherwise ignored.
     *
     * @param move the move
     */
    void moved(AliasMove move);
}
