package io.mlops4j.serving;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A row that somebody waits for; it has no deadline.
 *
 * <p>Immutable.
 *
 * @param model scores it
 * @param cache keeps the answer
 * @param meters count how the question met the cache
 * @param question the row, an array of its own
 * @param scorer the model's
 */
record ScoreAsked(Dispatcher model, ResponseCache cache, CacheMeters meters, RowQuestion question, RowScorer scorer)
        implements Flights.Asked<float[]> {
    @Override
    public float @Nullable [] known() {
        float[] answer = cache.find(question);
        if (answer != null) {
            meters.count(CacheMeters.Result.HIT);
        }
        return answer;
    }

    @Override
    public float[] compute() {
        meters.count(CacheMeters.Result.MISS);
        float[] answer = new float[scorer.outputs()];
        model.score(scorer, question.row(), answer);
        cache.keep(question, answer);
        return answer;
    }

    @Override
    public CompletionStage<float[]> computeLater() {
        return CompletableFuture.completedFuture(compute());
    }

    @Override
    public void shared() {
        meters.count(CacheMeters.Result.SHARED);
    }

    @Override
    public long left() {
        return Long.MAX_VALUE;
    }

    @Override
    public RuntimeException tooLate() {
        return new IllegalStateException("A row that is scored has no deadline");
    }
}
