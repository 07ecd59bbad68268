package io.mlops4j.testkit;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryCapability;

/**
 * What every {@link ModelRegistry} must keep. Extend it, open your registry, and run it; tests of a
 * {@link RegistryCapability} that the registry lacks are skipped.
 *
 * <pre>{@code
 * class MyRegistryTest extends ModelRegistryContract {
 *     private final MyBackend backend = new MyBackend();
 *
 *     protected ModelRegistry open(Clock clock) {
 *         return new MyRegistry(backend, clock);
 *     }
 * }
 * }</pre>
 *
 * <p>Confined to one thread at a time.
 */
public abstract class ModelRegistryContract extends VersionSearchContract {
    /** For subclasses. */
    protected ModelRegistryContract() {}
}
