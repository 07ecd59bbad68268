package io.mlops4j.registry;

/** What a {@link ModelRegistry} keeps beyond what every backend can keep. {@link StoreRegistry} keeps all of it. */
public enum RegistryCapability {
    /** A move with an expectation is one atomic compare-and-set. Without it, another move may slip in between. */
    ATOMIC_MOVES,
    /**
     * Every move is kept with reason, actor and time. Without it, history, {@code aliasAt} and rolling back throw
     * {@link UnsupportedOperationException}.
     */
    ALIAS_HISTORY,
    /**
     * A registration with an idempotency key happens once, whatever crashes in between. Without it, two registrations
     * at the same time may both succeed.
     */
    IDEMPOTENT_REGISTRATION
}
