package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

/**
 * Whether a loaded version may be batched, and why.
 *
 * <p>A server that is asked to batch a model tries it at load: rows alone, and the same rows beside mates of extreme
 * values (±10⁶, ±∞, NaN, 0, and what else the input's type has), in batches of several sizes, at the first, a middle and
 * the last place. An answer must not depend on the mates by a single bit, in a batch of one size at one place; and it must
 * equal that of the row alone to 2⁻¹³ of the largest number in it (2⁻⁸ for {@code FLOAT16}, 2⁻⁵ for {@code BFLOAT16};
 * anything but floating-point numbers must be equal), as kernels may add in another order for another number of rows.
 * Graphs that quantise dynamically, normalise over the batch or add up rows fail this; those that quantise dynamically
 * are not even tried, as there the influence of a mate can be too small to be met in a few tries.
 *
 * <p>Immutable.
 *
 * @param verdict what may be done
 * @param reason why, in words
 */
public record Batchability(Verdict verdict, String reason) {
    /** What may be done. */
    public enum Verdict {
        /** Batched; every answer that was tried equalled that of the row alone bit for bit. */
        EXACT,
        /** Batched; answers differ in their last bits from those of the row alone, by the order of additions. */
        CLOSE,
        /** Not batched: rows influence each other, or it could not be shown that they do not. */
        REFUSED,
        /** Not batched: nobody asked for it, so it was not tried. */
        NOT_ASKED
    }

    static final Batchability UNASKED = new Batchability(Verdict.NOT_ASKED, "batching is off");

    /** Checks that nothing is null. */
    public Batchability {
        requireNonNull(verdict, "verdict");
        requireNonNull(reason, "reason");
    }

    /**
     * Whether rows of several requests run together.
     *
     * @return true if the verdict is {@link Verdict#EXACT} or {@link Verdict#CLOSE}
     */
    public boolean isBatched() {
        return verdict == Verdict.EXACT || verdict == Verdict.CLOSE;
    }

    static Batchability refused(String reason) {
        return new Batchability(Verdict.REFUSED, reason);
    }
}
