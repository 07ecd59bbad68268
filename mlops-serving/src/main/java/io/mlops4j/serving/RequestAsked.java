package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A request that was not known when it came.
 *
 * <p>Confined to one thread at a time.
 */
abstract class RequestAsked implements Flights.Asked<Map<String, Value>> {
    final ResponseCache cache;
    final Call call;
    private final Dispatcher model;
    private final CacheMeters meters;

    RequestAsked(Dispatcher model, ResponseCache cache, CacheMeters meters, Call call) {
        this.model = model;
        this.cache = cache;
        this.meters = meters;
        this.call = call;
    }

    /** The answer, if all of it is kept. */
    abstract @Nullable Map<String, Value> find();

    /** What the model must still be asked. */
    abstract Call missing();

    /** How the question met the cache, as it must be computed. */
    abstract CacheMeters.Result result();

    /** Keeps what the model answered, and makes the whole answer of it; null if that cannot be done. */
    abstract @Nullable Map<String, Value> complete(Map<String, Value> outputs);

    private void met(CacheMeters.Result how) {
        meters.count(how);
        if (how != CacheMeters.Result.MISS) {
            call.onRecall().run();
        }
    }

    @Override
    public final @Nullable Map<String, Value> known() {
        Map<String, Value> answer = find();
        if (answer != null) {
            met(CacheMeters.Result.HIT);
        }
        return answer;
    }

    @Override
    public final Map<String, Value> compute() {
        met(result());
        Map<String, Value> answer = complete(unmodifiable(model.run(missing())));
        return answer == null ? model.run(call) : answer;
    }

    @Override
    public final CompletionStage<Map<String, Value>> computeLater() {
        met(result());
        var answer = new CompletableFuture<Map<String, Value>>();
        model.submit(missing()).whenComplete((outputs, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                finish(outputs, answer);
            }
        });
        return answer;
    }

    private void finish(Map<String, Value> outputs, CompletableFuture<Map<String, Value>> answer) {
        try {
            Map<String, Value> whole = complete(unmodifiable(outputs));
            if (whole != null) {
                answer.complete(whole);
                return;
            }
            model.submit(call).whenComplete((all, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                } else {
                    answer.complete(all);
                }
            });
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        }
    }

    /** A model may keep the map it gave. */
    private static Map<String, Value> unmodifiable(Map<String, Value> outputs) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    @Override
    public final void shared() {
        met(CacheMeters.Result.SHARED);
    }

    @Override
    public final long left() {
        return call.left();
    }

    @Override
    public final RuntimeException tooLate() {
        return call.tooLate(null);
    }
}
