package io.mlops4j.serving;

import io.mlops4j.model.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A row to be scored.
 *
 * <p>Immutable, if the row is; {@link #kept()} makes sure of that.
 */
final class RowQuestion extends Question<float[]> {
    private final Digest model;
    private final float[] row;

    private RowQuestion(Digest model, float[] row, int hash) {
        super(hash);
        this.model = model;
        this.row = row;
    }

    /** A question to look up with: it is over the caller's array. */
    static RowQuestion over(Digest model, float[] row) {
        return new RowQuestion(model, row, Fold.end(Fold.add(Fold.start(model.hashCode()), row)));
    }

    /** The same question, of an array of its own. */
    RowQuestion kept() {
        return new RowQuestion(model, row.clone(), hashCode());
    }

    /** Not copied. */
    float[] row() {
        return row;
    }

    @Override
    long bytes(float[] answer) {
        return ENTRY_BYTES + ((long) row.length + answer.length) * Float.BYTES;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowQuestion that
                && hashCode() == that.hashCode()
                && model.equals(that.model)
                && isSame(row, that.row);
    }

    /** Bits count: zeros of both signs, and NaNs of several kinds, may have other answers. */
    private static boolean isSame(float[] a, float[] b) {
        if (a.length != b.length) {
            return false;
        }
        for (int i = 0; i < a.length; i++) {
            if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
                return false;
            }
        }
        return true;
    }
}
