package io.mlops4j.serving;

import io.mlops4j.model.Tensor;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Hashes of questions, by folded 64×64→128-bit products as in wyhash (https://github.com/wangyi-fudan/wyhash). The factors
 * are drawn anew in every process, so that nobody can prepare questions that collide.
 *
 * <p>Thread-safe; it keeps nothing.
 */
final class Fold {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long START = RANDOM.nextLong();
    private static final long FACTOR = RANDOM.nextLong() | 1;
    private static final long LOW = 0xffffffffL;

    private Fold() {}

    static long start(int salt) {
        return add(START, salt);
    }

    /** One more word. */
    static long add(long hash, long word) {
        long factor = hash ^ word;
        return Math.multiplyHigh(factor, FACTOR) ^ (factor * FACTOR) ^ Long.rotateLeft(hash, 29);
    }

    static int end(long hash) {
        return Long.hashCode(add(hash, FACTOR));
    }

    static long add(long hash, float[] row) {
        long folded = hash;
        int i = 0;
        for (; i + 1 < row.length; i += 2) {
            folded = add(
                    folded,
                    ((long) Float.floatToRawIntBits(row[i]) << 32) | (Float.floatToRawIntBits(row[i + 1]) & LOW));
        }
        return i < row.length ? add(folded, Float.floatToRawIntBits(row[i])) : folded;
    }

    static long add(long hash, Tensor tensor) {
        long folded = add(hash, tensor.type().hashCode());
        for (int i = 0; i < tensor.shape().rank(); i++) {
            folded = add(folded, tensor.shape().size(i));
        }
        if (tensor.type().bytes() > 0) {
            return add(folded, tensor.data());
        }
        for (String text : tensor.strings()) {
            folded = add(folded, text);
        }
        return folded;
    }

    private static long add(long hash, ByteBuffer data) {
        long folded = hash;
        int i = 0;
        for (; i + Long.BYTES <= data.limit(); i += Long.BYTES) {
            folded = add(folded, data.getLong(i));
        }
        for (; i < data.limit(); i++) {
            folded = add(folded, data.get(i));
        }
        return folded;
    }

    private static long add(long hash, String text) {
        long folded = add(hash, text.length());
        for (int i = 0; i < text.length(); i++) {
            folded = add(folded, text.charAt(i));
        }
        return folded;
    }
}
