package io.mlops4j.serving;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

/**
 * Answers that are kept, within a bound of memory. It knows nothing of versions: a question names the model by the digest
 * of its files, and what is asked of no loaded version any more makes room by not being asked for.
 *
 * <p>Thread-safe.
 */
final class ResponseCache {
    private final Cache<Question<?>, Held> answers;

    private record Held(Object answer, int bytes) {}

    ResponseCache(long maxBytes) {
        answers = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((Question<?> question, Held held) -> held.bytes())
                .executor(Runnable::run) // no thread but the callers'
                .build();
    }

    @SuppressWarnings("unchecked") // equal questions are of one kind, and put() gave them an answer of its type
    <A> @Nullable A find(Question<A> question) {
        Held held = answers.getIfPresent(question);
        return held == null ? null : (A) held.answer();
    }

    /** Keeps an answer, which nobody may change any more; nor may anybody change what the question is over. */
    <A> void keep(Question<A> question, A answer) {
        long bytes = question.bytes(answer);
        if (bytes <= Integer.MAX_VALUE) {
            answers.put(question, new Held(answer, (int) bytes));
        }
    }

    /** An estimate of the memory that is taken, within the bound. */
    long bytes() {
        answers.cleanUp();
        return answers.policy().eviction().orElseThrow().weightedSize().orElseThrow();
    }
}
