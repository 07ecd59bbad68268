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
    /** {@link ModelRegistry#changes()} tells of every change, across processes and restarts. */
    CHANGE_FEED,
    /**
     * A registration with an idempotency key happens once, whatever crashes in between. Without it, two registrations
     * at the same time may both succeed.
     */
    IDEMPOTENT_REGISTRATION,
    /** Several aliases move in one commit. Without it, only one can be moved at a time. */
    MOVES_TOGETHER,
    /** Description, tags and metrics of a version can be changed later, with reason and actor. */
    ANNOTATIONS,
    /** Versions can be archived, restored and discarded. */
    LIFECYCLE,
    /**
     * Verdicts of gates and approvals by role are kept, and policies that look at them are judged inside the commit of a
     * move. Without it nothing is demanded of a promotion.
     */
    POLICIES,
    /** Signatures of versions are kept. */
    SIGNATURES,
    /** {@link RegistryView#asOf} shows the whole registry as it was. */
    TIME_TRAVEL
}
