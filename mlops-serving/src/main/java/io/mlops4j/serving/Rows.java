package io.mlops4j.serving;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request weighs, and with which others it may run: those that have the same shapes but for the number of rows.
 *
 * <p>Immutable.
 *
 * @param count how many rows it counts for, 1 or more
 * @param bytes the size of its inputs
 * @param key equal for requests that may run together; null if it must run alone
 */
record Rows(int count, long bytes, @Nullable Object key) {
    /** A string's size is not worth counting its characters: a guess. */
    private static final int STRING_BYTES = 64;

    /** All sizes but the first, of all inputs. */
    private static final class Sizes {
        private final long[][] sizes;

        Sizes(long[][] sizes) {
            this.sizes = sizes;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Sizes that && Arrays.deepEquals(sizes, that.sizes);
        }

        @Override
        public int hashCode() {
            return Arrays.deepHashCode(sizes);
        }
    }

    /** What holds no data is one row, whatever its first size says: nothing is to be taken apart. */
    private static final Rows EMPTY = new Rows(1, 0, null);

    /** What a request weighs that runs alone. */
    static Rows alone(Map<String, Value> inputs) {
        return new Rows(Math.max(1, common(inputs)), bytes(inputs), null);
    }

    /** What a request weighs whose rows all have one shape. */
    static Rows uniform(Map<String, Value> inputs) {
        if (bytes(inputs) == 0) {
            return EMPTY;
        }
        int count = common(inputs);
        return new Rows(Math.max(1, count), bytes(inputs), count > 0 ? Ask.BLOCK : null);
    }

    /** What a request weighs, in a model whose inputs come in this order. */
    static Rows of(Iterable<String> names, Map<String, Value> inputs) {
        if (bytes(inputs) == 0) {
            return EMPTY;
        }
        int count = common(inputs);
        return new Rows(Math.max(1, count), bytes(inputs), count > 0 ? key(names, inputs) : null);
    }

    private static @Nullable Object key(Iterable<String> names, Map<String, Value> inputs) {
        long[][] all = new long[inputs.size()][];
        int i = 0;
        for (String name : names) {
            if (!(inputs.get(name) instanceof Tensor tensor)) {
                return null;
            }
            long[] sizes = tensor.shape().sizes();
            all[i++] = Arrays.copyOfRange(sizes, 1, sizes.length);
        }
        return new Sizes(all);
    }

    /** The size of the first dimension of every input; -1 if they differ, or an input has no dimension. */
    static int common(Map<String, Value> inputs) {
        long common = -1;
        for (Value value : inputs.values()) {
            if (!(value instanceof Tensor tensor) || tensor.shape().rank() == 0) {
                return -1;
            }
            long size = tensor.shape().size(0);
            if (common != -1 && common != size) {
                return -1;
            }
            common = size;
        }
        return (int) Math.min(common, Integer.MAX_VALUE);
    }

    /** About how much memory inputs take. */
    static long bytes(Map<String, Value> inputs) {
        long bytes = 0;
        for (Value value : inputs.values()) {
            if (value instanceof Tensor tensor && tensor.type() == ElementType.STRING) {
                for (String text : tensor.strings()) {
                    bytes += STRING_BYTES + (long) Character.BYTES * text.length();
                }
            } else if (value instanceof Tensor tensor) {
                bytes += (long) tensor.elementCount() * tensor.type().bytes();
            }
        }
        return bytes;
    }
}
