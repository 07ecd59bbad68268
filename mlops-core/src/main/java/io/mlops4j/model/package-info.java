/**
 * The nouns of the model lifecycle, as values: what a model is called ({@link io.mlops4j.model.ModelName},
 * {@link io.mlops4j.model.VersionId}, {@link io.mlops4j.model.Alias}), what identifies its bytes
 * ({@link io.mlops4j.model.Digest}), what goes in and comes out ({@link io.mlops4j.model.Signature},
 * {@link io.mlops4j.model.Tensor}) and where it came from ({@link io.mlops4j.model.Provenance}).
 *
 * <p>Every type here is immutable and valid once constructed; names follow one grammar, checked in their constructors,
 * so that no other package needs to check a name again.
 */
@NullMarked
package io.mlops4j.model;

import org.jspecify.annotations.NullMarked;
