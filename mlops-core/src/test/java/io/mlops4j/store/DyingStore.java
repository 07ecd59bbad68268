package io.mlops4j.store;

import io.mlops4j.StorageException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A store whose process dies at the n-th put: that put and every later call fail, and whether the n-th put landed is the
 * test's choice.
 */
public final class DyingStore implements ObjectStore {
    /** What becomes of the put at which the process dies. */
    public enum LastPut {
        LANDS,
        IS_LOST
    }

    private final ObjectStore store;
    private final AtomicInteger left;
    private final LastPut last;

    public DyingStore(ObjectStore store, int puts, LastPut last) {
        this.store = store;
        this.left = new AtomicInteger(puts);
        this.last = last;
    }

    public boolean isDead() {
        return left.get() <= 0;
    }

    private void requireAlive() {
        if (isDead()) {
            throw new StorageException("The process is dead");
        }
    }

    @Override
    public PutOutcome putIfAbsent(Key key, Content content) {
        requireAlive();
        if (left.decrementAndGet() == 0) {
            if (last == LastPut.LANDS) {
                store.putIfAbsent(key, content);
            }
            throw new StorageException("The process dies");
        }
        return store.putIfAbsent(key, content);
    }

    @Override
    public Optional<StoredObject> get(Key key) {
        requireAlive();
        return store.get(key);
    }

    @Override
    public KeyPage list(Prefix prefix, @Nullable Key after, int limit) {
        requireAlive();
        return store.list(prefix, after, limit);
    }

    @Override
    public void delete(Key key) {
        requireAlive();
        store.delete(key);
    }

    @Override
    public void close() {}
}
