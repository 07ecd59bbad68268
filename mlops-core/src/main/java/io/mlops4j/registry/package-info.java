/**
 * Versions of models, the aliases that point at them, and why each alias moved.
 *
 * <p>{@link io.mlops4j.registry.ModelRegistry} is the seam; {@link io.mlops4j.registry.StoreRegistry} is the embedded
 * default, a fold over one commit log in any {@link io.mlops4j.store.ObjectStore}. A version is immutable; all that
 * changes is where an {@link io.mlops4j.model.Alias} points, and every move is kept, with reason, actor and time
 * ({@link io.mlops4j.registry.AliasMove}).
 *
 * <p>Hot paths read a {@link io.mlops4j.registry.RegistryView}, a snapshot in memory, and hear of moves through an
 * {@link io.mlops4j.registry.AliasListener}.
 */
@NullMarked
package io.mlops4j.registry;

import org.jspecify.annotations.NullMarked;
