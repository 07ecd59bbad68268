package io.mlops4j.registry;

import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.PassingStore;
import io.mlops4j.store.PutOutcome;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lets somebody else write right before the next commit: after it was decided, before it is appended. */
final class Interloper extends PassingStore {
    private final AtomicReference<@Nullable Runnable> before = new AtomicReference<>();

    Interloper(ObjectStore store) {
        super(store);
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
        return super.putIfAbsent(key, content);
    }
}
