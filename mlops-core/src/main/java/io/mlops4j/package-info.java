/**
 * The model lifecycle as a library. {@link io.mlops4j.Workspace} opens all of it on one directory or any
 * {@link io.mlops4j.store.ObjectStore}: runs are tracked ({@link io.mlops4j.tracking}), versions registered
 * ({@link io.mlops4j.registry}), candidates judged ({@link io.mlops4j.gate}) and promoted
 * ({@link io.mlops4j.pipeline}), answers watched ({@link io.mlops4j.inference}), and training started again when the
 * world has moved ({@link io.mlops4j.training}).
 *
 * <p>Every failure is a {@link io.mlops4j.MlopsException} of a type that says what a caller can do, or an
 * {@link java.lang.IllegalArgumentException} for a bad argument.
 */
@NullMarked
package io.mlops4j;

import org.jspecify.annotations.NullMarked;
