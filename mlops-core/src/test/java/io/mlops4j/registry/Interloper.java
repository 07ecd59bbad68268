package io.mlops4j.registry;

import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.KeyPage;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import io.mlops4j.store.StoredObject;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lets somebody else write right before the next commit: after it was decided, before it is appended. */
final class Interloper implements ObjectStore {
    private final ObjectStore store;
    private final AtomicReference<@Nullable Runnable> before = new AtomicReference<>();

    Interloper(ObjectStore store) {
        this.store = store;
    }

    void beforeNextCommit(Runnable other) {
        before.set(other);
    }

    @Override
    public PutOutcome putIfAbsent(Key key, Content content) {
        if (key.value().startsWith("logs/")) {
            Runnable other = before.getAndSet(null);
            if (other != null) {
                other.run();
            }
        }
        return store.putIfAbsent(key, content);
    }

    @Override
    public Optional<StoredObject> get(Key key) {
        return store.get(key);
    }

    @Override
    public KeyPage list(Prefix prefix, @Nullable Key after, int limit) {
        return store.list(prefix, after, limit);
    }

    @Override
    public void delete(Key key) {
        store.delete(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
