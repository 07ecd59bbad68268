package io.mlops4j.registry;

import java.time.Instant;

/**
 * What a commit says, with its time and number. A registry's state is the fold of its facts, and keeps them: so it can
 * show itself as of any time, and be written down as what it was made of.
 */
sealed interface Fact {
    Instant time();

    long commit();

    /** A version came to be. */
    record Born(VersionOutline version, Instant time, long commit) implements Fact {}

    /** Something else happened. */
    record Happened(RegistryEvent event, Instant time, long commit) implements Fact {}
}
