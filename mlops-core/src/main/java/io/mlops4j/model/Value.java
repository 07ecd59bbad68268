package io.mlops4j.model;

/**
 * What goes into a model and comes out of it: a tensor, a sequence of values or a map. What is optional is
 * given as such a value, or left out.
 *
 * <p>Immutable.
 */
public sealed interface Value permits Tensor, SequenceValue, MapValue {}
