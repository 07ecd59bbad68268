package io.mlops4j.model;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The shape of a tensor: one size a dimension, where {@link #DYNAMIC} means "any size". A shape with no dimensions is a
 * scalar's. Products of sizes are checked for overflow.
 *
 * <p>Immutable.
 */
public final class Shape {
    /** The size of a dimension that is only known when a tensor comes. */
    public static final long DYNAMIC = -1;

    private static final int MAX_RANK = 64;

    private final long[] sizes;

    private Shape(long[] sizes) {
        this.sizes = sizes;
    }

    /**
     * Makes a shape.
     *
     * @param sizes one size a dimension, each zero or more, or {@link #DYNAMIC}; at most 64 dimensions; copied
     * @return the shape
     * @throws IllegalArgumentException if a size is below {@link #DYNAMIC}, or there are too many dimensions
     */
    public static Shape of(long... sizes) {
        if (sizes.length > MAX_RANK) {
            throw new IllegalArgumentException(
                    "Invalid shape of " + sizes.length + " dimensions: expected at most " + MAX_RANK);
        }
        for (long size : sizes) {
            if (size < DYNAMIC) {
                throw new IllegalArgumentException(
                        "Invalid shape " + Arrays.toString(sizes) + ": expected sizes of 0 or more, or -1 for any");
            }
        }
        return new Shape(sizes.clone());
    }

    /**
     * The number of dimensions.
     *
     * @return 0 for a scalar
     */
    public int rank() {
        return sizes.length;
    }

    /**
     * The size of one dimension.
     *
     * @param dimension 0 to {@code rank() - 1}
     * @return its size, or {@link #DYNAMIC}
     * @throws IndexOutOfBoundsException if there is no such dimension
     */
    public long size(int dimension) {
        return sizes[dimension];
    }

    /**
     * All sizes.
     *
     * @return a copy
     */
    public long[] sizes() {
        return sizes.clone();
    }

    /**
     * Whether every size is known.
     *
     * @return false if any dimension is {@link #DYNAMIC}
     */
    public boolean isConcrete() {
        return LongStream.of(sizes).noneMatch(size -> size == DYNAMIC);
    }

    /**
     * The number of elements of a tensor of this shape.
     *
     * @return the product of all sizes; 1 for a scalar, 0 if any size is 0
     * @throws IllegalStateException if a dimension is dynamic
     * @throws IllegalArgumentException if the product does not fit into a {@code long}
     */
    public long elementCount() {
        if (!isConcrete()) {
            throw new IllegalStateException("Cannot count the elements of shape " + this + ": a dimension is dynamic");
        }
        if (LongStream.of(sizes).anyMatch(size -> size == 0)) {
            return 0;
        }
        long product = 1;
        for (long size : sizes) {
            long high = Math.multiplyHigh(product, size);
            product *= size;
            if (high != 0 || product < 0) {
                throw new IllegalArgumentException("Shape " + this + " has more elements than a long can count");
            }
        }
        return product;
    }

    /**
     * Whether a tensor of the given shape may stand where this shape is declared.
     *
     * @param actual the shape seen
     * @return true if the ranks agree and every size agrees or is dynamic here
     */
    public boolean accepts(Shape actual) {
        if (actual.sizes.length != sizes.length) {
            return false;
        }
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] != DYNAMIC && sizes[i] != actual.sizes[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The same shape with another size in one dimension.
     *
     * @param dimension 0 to {@code rank() - 1}
     * @param size zero or more, or {@link #DYNAMIC}
     * @return the new shape
     */
    public Shape with(int dimension, long size) {
        long[] copy = sizes.clone();
        copy[dimension] = size;
        return of(copy);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(sizes, that.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** Writes {@code [?, 30]}, where {@code ?} is a dynamic dimension. */
    @Override
    public String toString() {
        return LongStream.of(sizes)
                .mapToObj(size -> size == DYNAMIC ? "?" : Long.toString(size))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
