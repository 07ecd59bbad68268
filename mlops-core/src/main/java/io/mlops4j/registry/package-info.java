/**
 * Versions of models, the aliases that point at them, what is said of a version later, and what a promotion must meet.
 *
 * <p>{@link io.mlops4j.registry.ModelRegistry} is the seam; {@link io.mlops4j.registry.StoreRegistry} is the embedded
 * default, a fold over one commit log in any {@link io.mlops4j.store.ObjectStore}. A version is immutable. What changes
 * is where an {@link io.mlops4j.model.Alias} points ({@link io.mlops4j.registry.AliasMove}), what is known of a version
 * ({@link io.mlops4j.registry.VersionRecord}: annotations, verdicts of gates, approvals, signatures, lifecycle), and the
 * {@link io.mlops4j.registry.PromotionPolicy} of a model or alias. Every change is a commit with reason, actor and time,
 * and policies are judged inside the commit of a move.
 *
 * <p>Hot paths read a {@link io.mlops4j.registry.RegistryView}, a snapshot in memory, search it by
 * {@link io.mlops4j.registry.VersionQuery}, ask how it was {@linkplain io.mlops4j.registry.RegistryView#asOf once}, and
 * hear of moves through an {@link io.mlops4j.registry.AliasListener}.
 */
@NullMarked
package io.mlops4j.registry;

import org.jspecify.annotations.NullMarked;
