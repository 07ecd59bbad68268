package io.mlops4j.registry;

/**
 * What can be said of a version after it was registered. The version itself, its files and their digest, never changes.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Edit permits Annotation, Vote, GateVerdicts, LifecycleChange, Endorsement {}
