package io.mlops4j.model;

/**
 * What goes into a model and comes out of it: a tensor, a sequence of values or a map.
 *
 * <p>Immutable.
 */
public sealed interface Value permits Tensor, SequenceValue, MapValue {}
