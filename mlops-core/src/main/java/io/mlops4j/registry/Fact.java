package io.mlops4j.registry;

import java.time.Instant;

/** An event with the time and the number of its commit. A registry's state is the fold of its facts, and keeps them. */
record Fact(RegistryEvent event, Instant time, long commit) {}
