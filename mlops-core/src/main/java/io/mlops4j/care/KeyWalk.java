package io.mlops4j.care;

import io.mlops4j.store.Key;
import io.mlops4j.store.KeyPage;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Visits all keys below a prefix in order, holding one page of them at a time. */
final class KeyWalk {
    private KeyWalk() {}

    static void each(ObjectStore store, Prefix prefix, Consumer<Key> visitor) {
        @Nullable Key last = null;
        KeyPage page;
        do {
            page = store.list(prefix, last, ObjectStore.MAX_PAGE);
            page.keys().forEach(visitor);
            last = page.keys().isEmpty() ? last : page.keys().get(page.keys().size() - 1);
        } while (page.more());
    }
}
