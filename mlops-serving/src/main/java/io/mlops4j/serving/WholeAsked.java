package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request whose answer is kept as a whole.
 *
 * <p>Confined to one thread at a time.
 */
final class WholeAsked extends RequestAsked {
    private final InputsQuestion question;

    WholeAsked(Dispatcher model, ResponseCache cache, CacheMeters meters, Call call, InputsQuestion question) {
        super(model, cache, meters, call);
        this.question = question;
    }

    @Override
    @Nullable Map<String, Value> find() {
        return cache.find(question);
    }

    @Override
    Call missing() {
        return call;
    }

    @Override
    CacheMeters.Result result() {
        return CacheMeters.Result.MISS;
    }

    @Override
    Map<String, Value> complete(Map<String, Value> outputs) {
        cache.keep(question, outputs);
        return outputs;
    }
}
