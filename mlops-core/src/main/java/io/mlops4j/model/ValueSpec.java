package io.mlops4j.model;

/**
 * What a model declares of one input or output: a tensor, a sequence or a map.
 *
 * <p>Immutable.
 */
public sealed interface ValueSpec permits TensorSpec, SequenceSpec, MapSpec {
    /**
     * The name of the input or output. It comes from the model's file and may hold any text: escape it before showing
     * it.
     *
     * @return the name as the model declares it
     */
    String name();
}
