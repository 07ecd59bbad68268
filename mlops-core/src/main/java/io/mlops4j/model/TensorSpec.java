package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

/**
 * A declared tensor: name, element type and shape.
 *
 * <p>Immutable.
 *
 * @param name the name of the input or output, as the model declares it
 * @param type the element type
 * @param shape the shape; dynamic dimensions are {@link Shape#DYNAMIC}
 */
public record TensorSpec(String name, ElementType type, Shape shape) implements ValueSpec {
    /** Checks that nothing is null. */
    public TensorSpec {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
        requireNonNull(shape, "shape");
    }

    /**
     * Declares a tensor.
     *
     * @param name the name of the input or output
     * @param type the element type
     * @param sizes one size a dimension, {@link Shape#DYNAMIC} for any
     * @return the specification
     */
    public static TensorSpec of(String name, ElementType type, long... sizes) {
        return new TensorSpec(name, type, Shape.of(sizes));
    }

    /**
     * Whether a tensor fits this declaration.
     *
     * @param tensor the tensor
     * @return true if its type is equal and its shape is accepted
     */
    public boolean accepts(Tensor tensor) {
        return tensor.type() == type && shape.accepts(tensor.shape());
    }

    @Override
    public String toString() {
        return name + ": " + type + shape;
    }
}
