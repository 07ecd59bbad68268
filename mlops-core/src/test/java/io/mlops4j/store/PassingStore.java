package io.mlops4j.store;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Passes every call on to another store, for tests to come between. */
public abstract class PassingStore implements ObjectStore {
    private final ObjectStore store;

    protected PassingStore(ObjectStore store) {
        this.store = store;
    }

    @Override
    public PutOutcome putIfAbsent(Key key, Content content) {
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
