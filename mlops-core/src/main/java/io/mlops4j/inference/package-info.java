/**
 * What happened when a model was asked: an {@link io.mlops4j.inference.Inference} is published to every
 * {@link io.mlops4j.inference.InferenceListener} (a drift monitor, a capture, a host's own), and the truth that arrives
 * later is joined to it by id within a bounded window.
 */
@NullMarked
package io.mlops4j.inference;

import org.jspecify.annotations.NullMarked;
