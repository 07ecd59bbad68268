package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

/**
 * That a version is archived, restored or discarded.
 *
 * <p>Immutable.
 *
 * @param to what it becomes
 */
public record LifecycleChange(Lifecycle to) implements Edit {
    /** Checks that it is there. */
    public LifecycleChange {
        requireNonNull(to, "to");
    }
}
