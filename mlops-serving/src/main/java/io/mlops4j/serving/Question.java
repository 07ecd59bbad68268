package io.mlops4j.serving;

import org.jspecify.annotations.Nullable;

/**
 * What is asked of a model, compared bit for bit; the key of a cached answer. Two kinds of question are never equal, so
 * an answer that is found is of the question's type.
 *
 * <p>Immutable.
 *
 * @param <A> the type of its answers
 */
abstract sealed class Question<A> permits InputsQuestion, RowQuestion {
    /** What an entry of the cache takes beside its data: key, node and value objects. A guess. */
    static final long ENTRY_BYTES = 256;

    private final int hash;

    Question(int hash) {
        this.hash = hash;
    }

    /** An estimate of the memory of the question and an answer to it. */
    abstract long bytes(A answer);

    @Override
    public final int hashCode() {
        return hash;
    }

    @Override
    public abstract boolean equals(@Nullable Object other);
}
