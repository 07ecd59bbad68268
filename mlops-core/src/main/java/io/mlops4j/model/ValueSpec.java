package io.mlops4j.model;

/**
 * What a model declares of one input or output: a tensor, a sequence, a map, or one of them that
 * may be absent.
 *
 * <p>Immutable.
 */
public sealed interface ValueSpec permits TensorSpec, SequenceSpec, MapSpec, OptionalSpec {
    /**
     * The name of the input or output. It comes from the model's file and may hold any text: escape it before showing
     * it.
     *
     * @return the name as the model declares it
     */
    String name();
}
