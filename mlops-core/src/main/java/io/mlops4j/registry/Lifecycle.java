package io.mlops4j.registry;

/** Whether a version is in use. It is {@link #ACTIVE} from its registration on. */
public enum Lifecycle {
    /** Aliases may point at it. */
    ACTIVE,
    /** Put away: no alias may be moved to it, and searches pass it over unless asked. It can be restored. */
    ARCHIVED,
    /**
     * Given up for good: as archived, and its files may be collected as garbage. What is known of it stays: manifest,
     * provenance, history. It cannot be restored.
     */
    DISCARDED
}
