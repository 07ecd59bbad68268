package io.mlops4j.store;

/** What {@link ObjectStore#putIfAbsent} found. */
public enum PutOutcome {
    /** The key was absent; the object is now stored, and durable. */
    CREATED,
    /** The key was taken; nothing was changed. What is there may differ from what was offered. */
    EXISTS
}
