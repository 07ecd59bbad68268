package io.mlops4j.care;

import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.KeyPage;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import io.mlops4j.store.StoredObject;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store that does something before each call: waits for its turn, say, or dies. */
final class SteppedStore implements ObjectStore {
    private final ObjectStore inner;
    private final Runnable step;

    SteppedStore(ObjectStore inner, Runnable step) {
        this.inner = inner;
        this.step = step;
    }

    /** Dies at the n-th call, before or after it has taken effect: that call and all later ones fail. */
    static SteppedStore dyingAt(ObjectStore inner, int call) {
        return new SteppedStore(inner, new Runnable() {
            private int calls;

            @Override
            public void run() {
                if (++calls >= call) {
                    throw new StorageException("dead at call " + call);
                }
            }
        });
    }

    private <T> T call(Supplier<T> call) {
        step.run();
        return call.get();
    }

    @Override
    public PutOutcome putIfAbsent(Key key, Content content) {
        return call(() -> inner.putIfAbsent(key, content));
    }

    @Override
    public Optional<StoredObject> get(Key key) {
        return call(() -> inner.get(key));
    }

    @Override
    public KeyPage list(Prefix prefix, @Nullable Key after, int limit) {
        return call(() -> inner.list(prefix, after, limit));
    }

    @Override
    public void delete(Key key) {
        step.run();
        inner.delete(key);
    }

    @Override
    public void close() {}
}
